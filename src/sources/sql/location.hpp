#pragma once

#include "sources/source.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

/// What every SQL system asks of a location: a table or a request, not both, and the request a query. Throws
/// Error invalid, naming the field.
void check_sql_location(const Location& location, SqlDialect dialect);

}  // namespace prevision::sources
