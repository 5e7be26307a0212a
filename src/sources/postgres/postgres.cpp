#include "sources/postgres/postgres.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/postgres/catalog.hpp"
#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/row.hpp"
#include "sources/postgres/session.hpp"
#include "sources/postgres/target.hpp"
#include "sources/postgres/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/text.hpp"
#include "sources/sql/text_converter.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace postgres {

namespace {

constexpr std::array<std::string_view, 3> schemes{"postgresql", "postgres", "pg"};

constexpr std::array<Option, 8> connector_options{{
    {.name = "host",
     .help = "name or address of the server, or the folder of its local socket",
     .required = true,
     .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "5432", .guards_secret = true},
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
     .choices = "disable|allow|prefer|require|verify|verify-ca|verify-full",
     .guards_secret = true},
    {.name = "time_zone",
     .help = "time zone of the session, in which views and requests see times",
     .fallback = "UTC"},
    {.name = "encoding",
     .help = "encoding of the text in a database that does not know it (SQL_ASCII), such as LATIN1",
     .fallback = "UTF-8"},
    {.name = "row_security",
     .help = "what to do when row-level security hides rows: refuse, or apply it and go on with the others",
     .fallback = "refuse",
     .choices = "refuse|apply"},
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

/// The statement whose rows we copy, and what is known of them before they come.
struct Query {
    std::string statement;
    std::vector<Field> fields;
    std::vector<Column> columns;
};

constexpr Oid type_money = 790;

// A `money` is text in the words of a locale, and a number when it is cast.
std::string with_numbers_for_money(const std::string& query, const std::vector<Field>& fields) {
    if (std::ranges::find(fields, type_money, &Field::type) == fields.end()) return query;
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const auto& field : fields) {
        names.push_back(fmt::format("c{}", names.size()));
        values.push_back(names.back() + (field.type == type_money ? "::numeric" : ""));
    }
    return fmt::format("SELECT {} FROM (\n{}\n) AS r ({})", join(values, ", "), query, join(names, ", "));
}

/// Passes entries of a place on with paths from the place above it.
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
            addresses = net::resolve(target_.socket_or_host(), target_.port, target_.rules);
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
        std::optional<Error> missing;  // the server looks for the database after it has accepted the user
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

    // psql's default. It is a guess: when it is wrong, the reason why it was needed says more.
    void connect_to_own_database(std::optional<Client>& connection, const Error& reason) const {
        try {
            connect(connection, connection->username());
        } catch (const Error&) {
            cancellation_.check();
            throw Error(reason);
        }
    }

    // The list of databases can only be read in one; on some servers a user may connect to the own only.
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

    // pg_hba.conf may refuse what the catalogue allows; some hosted servers keep a database for themselves.
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

    void read_with(Client& client, const Location& location, const ReadOptions& options,
                   RowSink& sink) const {
        auto query = prepare(client, location);
        if (!query) {
            client.execute("ROLLBACK");
            query = prepare(client, location);
        }
        if (!query) fail_as_rewritten(client);
        // A request may end in a comment, hence the line ends.
        if (options.limit)
            query->statement =
                fmt::format("SELECT * FROM (\n{}\n) AS r LIMIT {}", query->statement, *options.limit);
        client.start_copy(fmt::format("COPY (\n{}\n) TO STDOUT", query->statement));
        copy(client, *query, sink);
        // Partitions are locked when the query runs.
        if (was_rewritten(client)) fail_as_rewritten(client);
    }

    /// Begins the transaction, and locks what is to be read. Nothing when that was rewritten meanwhile.
    [[nodiscard]] std::optional<Query> prepare(Client& client, const Location& location) const {
        begin_reading(client);
        const bool is_table = !location.table.empty();
        Query query;
        if (is_table) {
            const auto table = parse_name(location.table);
            client.set_purpose(fmt::format("cannot read the table '{}' of '{}' at {}", location.table,
                                           location.database, target_.address()),
                               ErrorClass::invalid);
            lock_table(client, quote_name(table));
            require_exact_name(client, table, ErrorClass::not_found);
            query.statement = fmt::format("SELECT * FROM {}", quote_name(table));
        } else {
            client.set_purpose(
                fmt::format("cannot read the request in '{}' at {}", location.database, target_.address()),
                ErrorClass::invalid);
            query.statement = without_end(location.request, SqlDialect::postgres);
        }
        query.fields = client.describe(query.statement);
        query.columns = describe_columns(client, query.fields, is_table);
        query.statement = with_numbers_for_money(query.statement, query.fields);
        if (was_rewritten(client)) return std::nullopt;
        return query;
    }

    [[noreturn]] static void fail_as_rewritten(const Client& client) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: a table was rewritten or emptied while it was read", client.purpose()),
                    "try again");
    }

    void copy(Client& client, const Query& query, RowSink& sink) const {
        sink.columns(query.columns);
        std::vector<unsigned> types;
        types.reserve(query.fields.size());
        for (const auto& field : query.fields) types.push_back(field.type);
        RowParser parser(types);
        std::optional<RowDecoder> decoder;
        if (client.has_raw_text()) decoder.emplace(target_.encoding, query.columns);
        for (;;) {
            const auto copied = client.next_copied();
            if (copied.empty()) return;
            if (cancellation_.cancelled()) cancellation_.check();
            const auto row = parser.parse(copied);
            sink.row(decoder ? decoder->decode(row) : row);
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
