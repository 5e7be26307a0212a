#include "sources/mysql.hpp"

#include <array>

#include "core/error.hpp"
#include "sources/sql_location.hpp"

namespace prevision::sources {

namespace {

constexpr std::array<std::string_view, 2> schemes{"mysql", "mariadb"};

constexpr std::array<Option, 5> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "3306"},
    {.name = "username", .help = "name to log in with"},
    {.name = "password", .help = "password to log in with", .secret = true},
    {.name = "tls",
     .help = "encryption: disable; prefer, where the server can; require; verify, require and check the "
             "server's certificate and name",
     .fallback = "prefer",
     .choices = "disable|prefer|require|verify"},
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database; may be left out with a request that names it"},
    {.name = "table", .help = "table or view to read whole"},
    {.name = "request", .help = "SELECT statement whose rows to read"},
}};

void check_location(const Location& location) {
    check_sql_location(location, SqlDialect::mysql);
    if (location.database.empty() && !location.table.empty()) {
        throw Error(ErrorClass::invalid, "invalid database: a table needs one", "give --database");
    }
}

std::unique_ptr<Source> open(const Connection& /*connection*/, Cancellation& /*cancellation*/) {
    throw Error(ErrorClass::internal, "cannot open MySQL: not yet");
}

}  // namespace

const Engine& mysql_engine() {
    static constexpr Engine engine{
        .name = "mysql",
        .title = "MySQL and MariaDB",
        .type = "SQL",
        .schemes = schemes,
        .default_port = 3306,
        .connector_options = connector_options,
        .datasource_options = datasource_options,
        .open = open,
        .check_location = check_location,
    };
    return engine;
}

}  // namespace prevision::sources
