#include "sources/sql/location.hpp"

#include "sources/field.hpp"

namespace prevision::sources {

void check_sql_location(const Location& location, SqlDialect dialect) {
    if (!location.path.empty())
        refuse_field("path", "a SQL datasource takes none", "give --table or --request");
    if (!location.bucket.empty())
        refuse_field("bucket", "a SQL datasource takes none", "give --table or --request");
    if (location.table.empty() && location.request.empty()) {
        refuse_field("table", "neither a table nor a request is given", "give --table or --request");
    }
    if (!location.table.empty() && !location.request.empty()) {
        refuse_field("request", "a table is given as well", "give either --table or --request");
    }
    if (!location.database.empty()) quote_identifier(location.database, dialect, "database");
    if (!location.table.empty()) quote_identifier(location.table, dialect, "table");
    if (!location.request.empty()) check_query(location.request, dialect);
}

}  // namespace prevision::sources
