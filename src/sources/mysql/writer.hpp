#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources {

/// Writes tables of MySQL and MariaDB.
std::unique_ptr<TableWriter> open_mysql_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources
