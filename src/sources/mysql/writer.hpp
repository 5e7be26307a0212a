#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources::mysql {

/// Opens a writer of tables in MySQL and MariaDB.
std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources::mysql
