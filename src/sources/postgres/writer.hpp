#pragma once

#include <memory>

#include "sources/table_writer.hpp"

namespace prevision::sources::postgres {

/// Writes tables of PostgreSQL.
std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources::postgres
