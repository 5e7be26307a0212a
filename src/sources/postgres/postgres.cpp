#include "sources/postgres/postgres.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "net/socket.hpp"
#include "sources/postgres/catalog.hpp"
#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/row.hpp"
#include "sources/postgres/target.hpp"
#include "sources/postgres/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/text.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace postgres {

namespace {

constexpr std::array<std::string_view, 3> schemes{"postgresql", "postgres", "pg"};

constexpr std::array<Option, 5> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "5432"},
    {.name = "username", .help = "name to log in with"},
    {.name = "password",
     .help = "password to log in with; without one, PGPASSWORD, else the password file (PGPASSFILE, else "
             "~/.pgpass)",
     .secret = true},
    {.name = "tls",
     .help =
         "encryption, as psql's sslmode: disable; allow; prefer, where the server can; require; verify-ca, "
         "require and check the server's certificate; verify or verify-full, its name as well",
     .fallback = "PGSSLMODE, else prefer",
     .choices = "disable|allow|prefer|require|verify|verify-ca|verify-full"},
}};

// A server is silent until it is spoken to. SSLRequest of its protocol asks whether it encrypts; the answer is
// one byte.
constexpr std::string_view ssl_request("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8);
bool is_ssl_answer(std::string_view answer) { return answer == "S" || answer == "N"; }

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database", .required = true},
    {.name = "table",
     .help = "table or view to read whole: schema.table, or one found along the search_path; a part that "
             "holds a dot or a quote stands in double quotes"},
    {.name = "request", .help = "SELECT statement whose rows to read"},
}};

// A session in which values have one form whatever the server's settings are, and in which nothing can be
// changed. Backslashes do not escape in plain strings, since the check of a request reads it so. A table's
// rows come in the same order each time, though others read it meanwhile. The server waits for long while we
// write to a slow disk, and looks every half a second whether we still are there (since version 14): the
// query of a client that has gone ends with it.
void begin_consistent_view(Client& connection) {
    connection.execute(
        "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = "
        "'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 3; SET standard_conforming_strings = "
        "on; SET synchronize_seqscans = off; SET idle_in_transaction_session_timeout = 0");
    connection.try_to_execute("SET client_connection_check_interval = 500");
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/// An observer to whom the paths are told from a place above.
EntryObserver below(const std::string& place, const EntryObserver& each) {
    return [place, &each](const Entry& entry) {
        auto moved = entry;
        moved.path.insert(0, place + "/");
        each(moved);
    };
}

class PostgresSource final : public Source {
  public:
    PostgresSource(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        std::vector<net::Address> addresses;
        run_stage(observer, "resolve", [&] {
            addresses = net::resolve(target_.host, target_.port);
            return addresses.empty() ? "" : addresses.front().text;
        });
        run_stage(observer, "connect", [&] {
            net::connect(addresses, target_.address(), target_.connect_timeout, cancellation_);
            return target_.address();
        });
        std::optional<Client> connection;
        connection.emplace(target_, location ? location->database : maintenance_database, cancellation_);
        run_stage(observer, "tls", [&] {
            connection->begin();
            return connection->encryption();
        });
        std::optional<Error> missing;  // the server looks at the database when it has let the user in
        run_stage(observer, "auth", [&] {
            try {
                connection->log_in();
            } catch (const Error& error) {
                if (!connection->knows_user()) throw;
                missing = error;
                return fmt::format("as {}", target_.user());
            }
            return fmt::format("as '{}', server {}", connection->username(), connection->server_version());
        });
        run_stage(observer, "list", [&] {
            if (missing && location) throw Error(*missing);
            if (missing) connect_to_own_database(connection, *missing);
            return list_for_test(*connection, location);
        });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            read_with(*connection, *location, {.limit = 1}, counter);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        const auto parts = parse_sql_path(path, 3);
        std::optional<Client> connection;
        if (parts.empty()) {
            connect_somewhere(connection);
            browse_server(*connection, recursive, each);
            return;
        }
        connect(connection, parts[0]);
        if (parts.size() == 1) {
            browse_database(*connection, parts[0], recursive, each);
        } else if (parts.size() == 2) {
            set_list_purpose(*connection, fmt::format("the tables of '{}'", parts[1]));
            list_tables(*connection, parts[1], each);
        } else {
            set_list_purpose(*connection, fmt::format("the columns of '{}.{}'", parts[1], parts[2]));
            list_columns(*connection, parts[1], parts[2], each);
        }
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        postgres_engine().check_location(location);
        std::optional<Client> connection;
        connect(connection, location.database);
        read_with(*connection, location, options, sink.table());
    }

  private:
    static constexpr const char* maintenance_database = "postgres";

    void connect(std::optional<Client>& connection, const std::string& database) const {
        connection.emplace(target_, database, cancellation_);
        connection->begin();
        connection->log_in();
    }

    // As psql chooses it; the library knows the user where the connector names none. It is a guess: where it
    // is wrong, the reason why another was wanted says more.
    void connect_to_own_database(std::optional<Client>& connection, const Error& reason) const {
        try {
            connect(connection, connection->username());
        } catch (const Error&) {
            cancellation_.check();
            throw Error(reason);
        }
    }

    // To ask what databases there are, one is needed; on some servers a user may enter none but the own.
    void connect_somewhere(std::optional<Client>& connection) const {
        try {
            connect(connection, maintenance_database);
        } catch (const Error& error) {
            if (!connection->knows_user()) throw;
            connect_to_own_database(connection, error);
        }
    }

    void browse_server(Client& connection, bool recursive, const EntryObserver& each) const {
        set_list_purpose(connection, "the databases");
        if (!recursive) {
            for (const auto& database : list_databases(connection)) each(database);
            return;
        }
        for (const auto& database : list_open_databases(connection)) {
            each(database);
            std::optional<Client> inside;
            if (can_enter(inside, database.name))
                browse_database(*inside, database.name, recursive, below(database.path, each));
        }
    }

    // That the catalogue lets the user into a database does not say that the server's pg_hba.conf does, and
    // on some rented servers there is always one that it keeps for itself.
    [[nodiscard]] bool can_enter(std::optional<Client>& connection, const std::string& database) const {
        try {
            connect(connection, database);
            return true;
        } catch (const Error& error) {
            if (error.error_class() == ErrorClass::auth || error.error_class() == ErrorClass::not_found)
                return false;
            throw;
        }
    }

    void browse_database(Client& connection, const std::string& name, bool recursive,
                         const EntryObserver& each) const {
        set_list_purpose(connection, fmt::format("the schemas of '{}'", name));
        if (recursive) {
            list_schemas_and_tables(connection, each);
        } else {
            list_schemas(connection, each);
        }
    }

    void set_list_purpose(Client& connection, const std::string& what) const {
        connection.set_purpose(fmt::format("cannot list {} at {}", what, target_.address()),
                               ErrorClass::internal);
    }

    [[nodiscard]] std::string list_for_test(Client& connection,
                                            const std::optional<Location>& location) const {
        if (location) postgres_engine().check_location(*location);
        set_list_purpose(connection, "the databases");
        const auto count = list_databases(connection).size();
        return count == 1 ? "1 database" : fmt::format("{} databases", count);
    }

    void read_with(Client& connection, const Location& location, const ReadOptions& options,
                   RowSink& sink) const {
        connection.set_purpose(fmt::format("cannot prepare the session at {}", target_.address()),
                               ErrorClass::internal);
        begin_consistent_view(connection);
        const bool is_table = !location.table.empty();
        std::string query;
        if (is_table) {
            query = fmt::format("SELECT * FROM {}", quote_name(parse_name(location.table)));
            connection.set_purpose(fmt::format("cannot read the table '{}' of '{}' at {}", location.table,
                                               location.database, target_.address()),
                                   ErrorClass::internal);
        } else {
            query = without_end(location.request, SqlDialect::postgres);
            connection.set_purpose(
                fmt::format("cannot read the request in '{}' at {}", location.database, target_.address()),
                ErrorClass::invalid);
        }
        const auto fields = connection.describe(query);
        const auto columns = describe_columns(connection, fields, is_table);
        // A request may end in a comment, hence the line ends.
        if (options.limit) query = fmt::format("SELECT * FROM (\n{}\n) AS r LIMIT {}", query, *options.limit);
        connection.start_copy(fmt::format("COPY (\n{}\n) TO STDOUT", query));
        sink.columns(columns);
        std::vector<unsigned> types;
        types.reserve(fields.size());
        for (const auto& field : fields) types.push_back(field.type);
        RowParser row(types);
        for (;;) {
            const auto copied = connection.next_copied();
            if (copied.empty()) return;
            if (cancellation_.cancelled()) cancellation_.check();
            sink.row(row.parse(copied));
        }
    }

    Target target_;
    Cancellation& cancellation_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<PostgresSource>(parse_target(connection), cancellation);
}

void check_location(const Location& location) {
    check_sql_location(location, SqlDialect::postgres);
    if (location.database.empty()) {
        throw Error(ErrorClass::invalid, "invalid database: PostgreSQL needs one", "give --database");
    }
    if (!location.table.empty()) parse_name(location.table);
}

}  // namespace

}  // namespace postgres

const Engine& postgres_engine() {
    static constexpr Engine engine{
        .name = "postgresql",
        .title = "PostgreSQL",
        .type = "SQL",
        .schemes = postgres::schemes,
        .default_port = postgres::standard_port,
        .connector_options = postgres::connector_options,
        .datasource_options = postgres::datasource_options,
        .recognizes = postgres::is_ssl_answer,
        .question = postgres::ssl_request,
        .open = postgres::open,
        .check_location = postgres::check_location,
        .open_table_writer = postgres::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
