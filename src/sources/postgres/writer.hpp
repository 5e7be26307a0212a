#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources {

/// Writes tables of PostgreSQL.
std::unique_ptr<TableWriter> open_postgres_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources
