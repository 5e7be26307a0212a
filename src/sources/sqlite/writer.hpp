#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources {

/// Writes tables of a SQLite file.
std::unique_ptr<TableWriter> open_sqlite_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources
