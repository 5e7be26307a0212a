#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources::sqlite {

/// Opens a writer of tables in a SQLite file.
std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources::sqlite
