#include "sources/postgres.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "net/socket.hpp"
#include "sources/host.hpp"
#include "sources/postgres_catalog.hpp"
#include "sources/postgres_connection.hpp"
#include "sources/postgres_name.hpp"
#include "sources/postgres_row.hpp"
#include "sources/sql_location.hpp"
#include "sources/sql_path.hpp"
#include "sources/sql_text.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

constexpr int standard_port = 5432;

constexpr std::array<std::string_view, 3> schemes{"postgresql", "postgres", "pg"};

constexpr std::array<Option, 5> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "5432"},
    {.name = "username", .help = "name to log in with"},
    {.name = "password",
     .help = "password to log in with; without one, the password file (~/.pgpass) is looked into",
     .secret = true},
    {.name = "tls",
     .help = "encryption: disable; prefer, where the server can; require; verify, require and check the "
             "server's certificate and name (sslmode verify-full)",
     .fallback = "prefer",
     .choices = "disable|prefer|require|verify"},
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database", .required = true},
    {.name = "table",
     .help = "table or view to read whole: schema.table, or one found along the search_path; a part that "
             "holds a dot or a quote stands in double quotes"},
    {.name = "request", .help = "SELECT statement whose rows to read"},
}};

std::string parse_tls(const Connection& connection) {
    const auto found = connection.options.find("tls");
    const std::string value = found == connection.options.end() ? "" : found->second;
    if (value.empty()) return "prefer";
    if (value == "verify") return "verify-full";
    if (value == "disable" || value == "prefer" || value == "require") return value;
    throw Error(ErrorClass::invalid, fmt::format("invalid tls: '{}' is none of its values", value),
                "one of: disable, prefer, require, verify");
}

std::string find_password_file(const Environment& environment) {
    if (auto file = environment.get("PGPASSFILE")) return *file;
    const auto home = environment.get("HOME");
    return home ? *home + "/.pgpass" : "";
}

// The library trusts what ~/.postgresql/root.crt or PGSSLROOTCERT name. Where there is neither, what this
// machine trusts.
std::string find_root_certificate(const Environment& environment, const std::string& tls_mode) {
    if (auto named = environment.get("PGSSLROOTCERT")) return *named;
    std::error_code ignored;
    if (const auto home = environment.get("HOME")) {
        auto own = *home + "/.postgresql/root.crt";
        if (std::filesystem::exists(own, ignored)) return own;
    }
    if (tls_mode != "verify-full") return "";
    if (auto named = environment.get("SSL_CERT_FILE")) return *named;
    for (const auto* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
        if (std::filesystem::exists(file, ignored)) return file;
    }
    return "";
}

void refuse_nul(const std::string& text, std::string_view field) {
    if (text.find('\0') == std::string::npos) return;
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: it holds a NUL byte", field));
}

PostgresTarget parse_target(const Connection& connection) {
    const Host host = parse_host(connection.host);
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    refuse_nul(connection.username, "username");
    refuse_nul(connection.password.reveal(), "password");
    const auto tls_mode = parse_tls(connection);
    return {.host = host.name,
            .port = choose_port(connection.port, host).value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .password_file = find_password_file(connection.environment),
            .tls_mode = tls_mode,
            .root_certificate = find_root_certificate(connection.environment, tls_mode),
            .connect_timeout = connection.connect_timeout};
}

// A session in which values have one form whatever the server's settings are, and in which nothing can be
// changed. Backslashes do not escape in plain strings, since the check of a request reads it so. The server
// waits for long while we write to a slow disk.
void begin_consistent_view(PostgresConnection& connection) {
    connection.execute(
        "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = "
        "'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 3; SET standard_conforming_strings = "
        "on; SET idle_in_transaction_session_timeout = 0");
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void for_each(const std::vector<Entry>& entries, const std::string& place, const EntryObserver& each) {
    for (auto entry : entries) {
        if (!place.empty()) entry.path.insert(0, place + "/");
        each(entry);
    }
}

class PostgresSource final : public Source {
  public:
    PostgresSource(PostgresTarget target, Cancellation& cancellation)
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
        std::optional<PostgresConnection> connection;
        connection.emplace(target_, location ? location->database : maintenance_database, cancellation_);
        run_stage(observer, "tls", [&] {
            connection->begin();
            return connection->encryption();
        });
        std::optional<Error> missing;  // the server looks for the database when it has let the user in
        run_stage(observer, "auth", [&] {
            try {
                connection->log_in();
            } catch (const Error& error) {
                if (error.error_class() != ErrorClass::not_found) throw;
                missing = error;
                return fmt::format("as {}", target_.user());
            }
            return fmt::format("as '{}', server {}", connection->username(), connection->server_version());
        });
        run_stage(observer, "list", [&] {
            if (missing && location) throw Error(*missing);
            if (missing) connect_to_own_database(connection);
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
        std::optional<PostgresConnection> connection;
        if (parts.empty()) {
            connect_somewhere(connection);
            browse_server(*connection, recursive, each);
            return;
        }
        connect(connection, parts[0]);
        if (parts.size() == 1) return browse_database(*connection, parts[0], "", recursive, each);
        if (parts.size() == 2) return for_each(list_tables(*connection, parts[1]), "", each);
        connection->set_purpose(
            fmt::format("cannot list the columns of '{}.{}' at {}", parts[1], parts[2], target_.address()),
            ErrorClass::internal);
        for_each(list_postgres_columns(*connection, parts[1], parts[2]), "", each);
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        postgres_engine().check_location(location);
        std::optional<PostgresConnection> connection;
        connect(connection, location.database);
        read_with(*connection, location, options, sink.table());
    }

  private:
    static constexpr const char* maintenance_database = "postgres";

    void connect(std::optional<PostgresConnection>& connection, const std::string& database) const {
        connection.emplace(target_, database, cancellation_);
        connection->begin();
        connection->log_in();
    }

    // As psql chooses it; the library knows the user where the connector names none.
    void connect_to_own_database(std::optional<PostgresConnection>& connection) const {
        connect(connection, connection->username());
    }

    // To ask what databases there are, one is needed.
    void connect_somewhere(std::optional<PostgresConnection>& connection) const {
        try {
            connect(connection, maintenance_database);
        } catch (const Error& error) {
            if (error.error_class() != ErrorClass::not_found) throw;
            connect_to_own_database(connection);
        }
    }

    void browse_server(PostgresConnection& connection, bool recursive, const EntryObserver& each) const {
        set_list_purpose(connection, "the databases");
        if (!recursive) return for_each(list_postgres_databases(connection), "", each);
        for (const auto& database : list_open_postgres_databases(connection)) {
            each(database);
            std::optional<PostgresConnection> inside;
            connect(inside, database.name);
            browse_database(*inside, database.name, database.path, recursive, each);
        }
    }

    void browse_database(PostgresConnection& connection, const std::string& name, const std::string& place,
                         bool recursive, const EntryObserver& each) const {
        set_list_purpose(connection, fmt::format("the schemas of '{}'", name));
        for (auto schema : list_postgres_schemas(connection)) {
            if (!place.empty()) schema.path.insert(0, place + "/");
            each(schema);
            if (recursive) for_each(list_tables(connection, schema.name), schema.path, each);
        }
    }

    [[nodiscard]] std::vector<Entry> list_tables(PostgresConnection& connection,
                                                 const std::string& schema) const {
        set_list_purpose(connection, fmt::format("the tables of '{}'", schema));
        return list_postgres_tables(connection, schema);
    }

    void set_list_purpose(PostgresConnection& connection, const std::string& what) const {
        connection.set_purpose(fmt::format("cannot list {} at {}", what, target_.address()),
                               ErrorClass::internal);
    }

    [[nodiscard]] std::string list_for_test(PostgresConnection& connection,
                                            const std::optional<Location>& location) const {
        if (location) postgres_engine().check_location(*location);
        set_list_purpose(connection, "the databases");
        const auto count = list_postgres_databases(connection).size();
        return count == 1 ? "1 database" : fmt::format("{} databases", count);
    }

    void read_with(PostgresConnection& connection, const Location& location, const ReadOptions& options,
                   RowSink& sink) const {
        connection.set_purpose(fmt::format("cannot prepare the session at {}", target_.address()),
                               ErrorClass::internal);
        begin_consistent_view(connection);
        const bool is_table = !location.table.empty();
        std::string query;
        if (is_table) {
            query = fmt::format("SELECT * FROM {}", quote_postgres_name(parse_postgres_name(location.table)));
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
        const auto columns = describe_postgres_columns(connection, fields, is_table);
        // A request may end in a comment, hence the line ends.
        if (options.limit) query = fmt::format("SELECT * FROM (\n{}\n) AS r LIMIT {}", query, *options.limit);
        connection.start_copy(fmt::format("COPY (\n{}\n) TO STDOUT", query));
        sink.columns(columns);
        std::vector<unsigned> types;
        for (const auto& field : fields) types.push_back(field.type);
        PostgresRow row(types);
        for (;;) {
            const auto copied = connection.next_copied();
            if (copied.empty()) return;
            cancellation_.check();
            sink.row(row.parse(copied));
        }
    }

    PostgresTarget target_;
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
    if (!location.table.empty()) parse_postgres_name(location.table);
}

}  // namespace

const Engine& postgres_engine() {
    static constexpr Engine engine{
        .name = "postgresql",
        .title = "PostgreSQL",
        .type = "SQL",
        .schemes = schemes,
        .default_port = standard_port,
        .connector_options = connector_options,
        .datasource_options = datasource_options,
        .open = open,
        .check_location = check_location,
    };
    return engine;
}

}  // namespace prevision::sources
