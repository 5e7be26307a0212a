#include "sources/mysql/mysql.hpp"

#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "net/socket.hpp"
#include "sources/host.hpp"
#include "sources/mysql/column.hpp"
#include "sources/mysql/connection.hpp"
#include "sources/mysql/statement.hpp"
#include "sources/mysql/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

constexpr int standard_port = 3306;

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

MysqlTls parse_tls(const Connection& connection) {
    const auto found = connection.options.find("tls");
    const std::string value = found == connection.options.end() ? "" : found->second;
    if (value.empty() || value == "prefer") return MysqlTls::prefer;
    if (value == "disable") return MysqlTls::disable;
    if (value == "require") return MysqlTls::require;
    if (value == "verify") return MysqlTls::verify;
    throw Error(ErrorClass::invalid, fmt::format("invalid tls: '{}' is none of its values", value),
                "one of: disable, prefer, require, verify");
}

MysqlTarget parse_target(const Connection& connection) {
    const Host host = parse_host(connection.host);
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    if (connection.username.find('\0') != std::string::npos) {
        throw Error(ErrorClass::invalid, "invalid username: it holds a NUL byte");
    }
    if (connection.password.reveal().find('\0') != std::string::npos) {
        throw Error(ErrorClass::invalid, "invalid password: it holds a NUL byte");
    }
    return {.host = host.name,
            .port = choose_port(connection.port, host).value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .tls = parse_tls(connection),
            .connect_timeout = connection.connect_timeout};
}

std::string quote(std::string_view name, std::string_view field) {
    return quote_identifier(name, SqlDialect::mysql, field);
}

// A session in which values have one form whatever the server's settings are, and in which nothing can be
// changed. Backslashes escape in strings, since the check of a request reads it so. The server waits for long
// while we write to a slow disk.
void prepare_session(MysqlConnection& connection) {
    connection.execute(
        "SET NAMES utf8mb4, SESSION time_zone = '+00:00', SESSION net_write_timeout = 3600, SESSION sql_mode "
        "= "
        "REPLACE(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), 'PAD_CHAR_TO_FULL_LENGTH', '')");
    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
}

void begin_consistent_view(MysqlConnection& connection) {
    connection.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

std::vector<Column> describe_columns(const MysqlStatement& statement) {
    std::vector<Column> columns;
    for (const auto& field : statement.fields()) columns.push_back(describe_mysql_column(field));
    return columns;
}

/// The types of a table's columns in the server's own words, by name: more than the description of a result
/// tells.
std::map<std::string, std::string> declared_types(MysqlConnection& connection, const std::string& table) {
    std::map<std::string, std::string> types;
    auto rows = connection.query(fmt::format("SHOW COLUMNS FROM {}", table));
    while (MYSQL_ROW row = rows.next()) types[row[0]] = row[1] != nullptr ? row[1] : "";
    return types;
}

class MysqlSource final : public Source {
  public:
    MysqlSource(MysqlTarget target, Cancellation& cancellation)
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
        MysqlConnection connection(target_, cancellation_);
        run_stage(observer, "tls", [&] {
            connection.begin();
            return connection.encryption();
        });
        run_stage(observer, "auth", [&] {
            connection.log_in();
            return fmt::format("as '{}', server {}", target_.username, connection.server_version());
        });
        run_stage(observer, "list", [&] { return list_for_test(connection, location); });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            read_with(connection, *location, {.limit = 1}, counter);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        const auto parts = parse_sql_path(path, 2);
        MysqlConnection connection(target_, cancellation_);
        connect(connection);
        if (parts.size() == 2) return list_columns(connection, parts[0], parts[1], each);
        if (parts.size() == 1) return list_tables(connection, parts[0], each);
        for (const auto& database : list_databases(connection)) {
            each(database);
            if (!recursive) continue;
            list_tables(connection, database.name, [&](Entry table) {
                table.path.insert(0, database.path + "/");
                each(table);
            });
        }
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        mysql_engine().check_location(location);
        MysqlConnection connection(target_, cancellation_);
        connect(connection);
        read_with(connection, location, options, sink.table());
    }

  private:
    static void connect(MysqlConnection& connection) {
        connection.begin();
        connection.log_in();
    }

    [[nodiscard]] std::vector<Entry> list_databases(MysqlConnection& connection) const {
        connection.set_purpose(fmt::format("cannot list the databases at {}", target_.address()),
                               ErrorClass::internal);
        std::vector<Entry> entries;
        auto rows = connection.query("SHOW DATABASES");
        while (MYSQL_ROW row = rows.next()) entries.push_back({row[0], sql_path_part(row[0]), "database"});
        return entries;
    }

    void list_tables(MysqlConnection& connection, const std::string& database,
                     const EntryObserver& each) const {
        const auto name = quote(database, "database");
        connection.set_purpose(
            fmt::format("cannot list the tables of '{}' at {}", database, target_.address()),
            ErrorClass::internal);
        auto rows = connection.query(fmt::format("SHOW FULL TABLES FROM {}", name));
        while (MYSQL_ROW row = rows.next()) {
            const std::string_view type = row[1] != nullptr ? row[1] : "";
            each({row[0], sql_path_part(row[0]), type.ends_with("VIEW") ? "view" : "table"});
        }
    }

    void list_columns(MysqlConnection& connection, const std::string& database, const std::string& table,
                      const EntryObserver& each) const {
        connection.set_purpose(
            fmt::format("cannot list the columns of '{}' of '{}' at {}", table, database, target_.address()),
            ErrorClass::internal);
        auto rows = connection.query(
            fmt::format("SHOW COLUMNS FROM {}.{}", quote(database, "database"), quote(table, "table")));
        while (MYSQL_ROW row = rows.next()) {
            each({.name = row[0],
                  .path = sql_path_part(row[0]),
                  .kind = "column",
                  .detail = row[1] != nullptr ? row[1] : ""});
        }
    }

    [[nodiscard]] std::string list_for_test(MysqlConnection& connection,
                                            const std::optional<Location>& location) const {
        if (location) mysql_engine().check_location(*location);
        const auto count = list_databases(connection).size();
        if (location && !location->database.empty()) use_database(connection, location->database);
        return count == 1 ? "1 database" : fmt::format("{} databases", count);
    }

    void use_database(MysqlConnection& connection, const std::string& database) const {
        connection.set_purpose(fmt::format("cannot use the database '{}' at {}", database, target_.address()),
                               ErrorClass::internal);
        connection.use_database(database);
    }

    void read_with(MysqlConnection& connection, const Location& location, const ReadOptions& options,
                   RowSink& sink) const {
        connection.set_purpose(fmt::format("cannot prepare the session at {}", target_.address()),
                               ErrorClass::internal);
        prepare_session(connection);
        if (location.table.empty()) {
            read_request(connection, location, options, sink);
        } else {
            read_table(connection, location, options, sink);
        }
    }

    void read_table(MysqlConnection& connection, const Location& location, const ReadOptions& options,
                    RowSink& sink) const {
        begin_consistent_view(connection);
        connection.set_purpose(fmt::format("cannot read the table '{}' of '{}' at {}", location.table,
                                           location.database, target_.address()),
                               ErrorClass::internal);
        const auto table = quote(location.database, "database") + "." + quote(location.table, "table");
        const auto types = declared_types(connection, table);
        const auto limit = options.limit ? fmt::format(" LIMIT {}", *options.limit) : std::string();
        MysqlStatement statement(connection, fmt::format("SELECT * FROM {}{}", table, limit));
        auto columns = describe_columns(statement);
        for (auto& column : columns) {
            if (const auto found = types.find(column.name); found != types.end()) column.type = found->second;
        }
        stream(statement, columns, options, sink);
    }

    void read_request(MysqlConnection& connection, const Location& location, const ReadOptions& options,
                      RowSink& sink) const {
        if (!location.database.empty()) use_database(connection, location.database);
        if (options.limit) {
            connection.execute(fmt::format("SET SESSION sql_select_limit = {}", *options.limit));
        }
        begin_consistent_view(connection);
        connection.set_purpose(fmt::format("cannot read the request at {}", target_.address()),
                               ErrorClass::invalid);
        MysqlStatement statement(connection, location.request);
        stream(statement, describe_columns(statement), options, sink);
    }

    void stream(MysqlStatement& statement, const std::vector<Column>& columns, const ReadOptions& options,
                RowSink& sink) const {
        statement.execute();
        sink.columns(columns);
        std::uint64_t left = options.limit.value_or(UINT64_MAX);
        // Also behind the last row that is wanted: the server has mostly no more, and the connection then
        // ends in good order.
        while (statement.next()) {
            cancellation_.check();
            if (left-- == 0) return;
            sink.row(statement.values());
        }
    }

    MysqlTarget target_;
    Cancellation& cancellation_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<MysqlSource>(parse_target(connection), cancellation);
}

void check_location(const Location& location) {
    check_sql_location(location, SqlDialect::mysql);
    if (location.database.empty() && !location.table.empty()) {
        throw Error(ErrorClass::invalid, "invalid database: a table needs one", "give --database");
    }
}

}  // namespace

MysqlTarget mysql_target(const Connection& connection) { return parse_target(connection); }

const Engine& mysql_engine() {
    static constexpr Engine engine{
        .name = "mysql",
        .title = "MySQL and MariaDB",
        .type = "SQL",
        .schemes = schemes,
        .default_port = standard_port,
        .connector_options = connector_options,
        .datasource_options = datasource_options,
        .open = open,
        .check_location = check_location,
        .check_connection = [](const Connection& connection) { parse_target(connection); },
        .open_table_writer = open_mysql_writer,
    };
    return engine;
}

}  // namespace prevision::sources
