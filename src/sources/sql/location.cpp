#include "sources/sql/location.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources {

namespace {

[[noreturn]] void refuse(std::string_view field, std::string_view why, std::string_view hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: {}", field, why), std::string(hint));
}

}  // namespace

void check_sql_location(const Location& location, SqlDialect dialect) {
    if (!location.path.empty()) refuse("path", "a SQL datasource has none", "give --table or --request");
    if (!location.bucket.empty()) refuse("bucket", "a SQL datasource has none", "give --table or --request");
    if (location.table.empty() && location.request.empty()) {
        refuse("table", "neither a table nor a request is given", "give --table or --request");
    }
    if (!location.table.empty() && !location.request.empty()) {
        refuse("request", "a table is given as well", "give either --table or --request");
    }
    if (!location.database.empty()) quote_identifier(location.database, dialect, "database");
    if (!location.table.empty()) quote_identifier(location.table, dialect, "table");
    if (!location.request.empty()) check_query(location.request, dialect);
}

}  // namespace prevision::sources
