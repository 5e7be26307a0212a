#include "sources/mysql/mysql.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "net/socket.hpp"
#include "sources/mysql/client.hpp"
#include "sources/mysql/name.hpp"
#include "sources/mysql/session.hpp"
#include "sources/mysql/statement.hpp"
#include "sources/mysql/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace mysql {

namespace {

constexpr std::array<std::string_view, 2> schemes{"mysql", "mariadb"};

constexpr std::array<Option, 5> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true, .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "3306", .guards_secret = true},
    {.name = "username", .help = "name to log in with"},
    {.name = "password", .help = "password to log in with", .secret = true},
    {.name = "tls",
     .help = "encryption: disable; prefer, where the server can; require; verify, require and check the "
             "server's certificate and name",
     .fallback = "prefer",
     .choices = "disable|prefer|require|verify",
     .guards_secret = true},
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database; may be left out with a request that names it"},
    {.name = "table", .help = "table or view to read whole"},
    {.name = "request", .help = "SELECT statement whose rows to read"},
}};

/// A server speaks first: a packet of three bytes of length and the number 0, then either version 10 of the
/// protocol, or 255 and the reason of its refusal.
bool is_greeting(std::string_view answer) {
    if (answer.size() < 5 || answer[3] != '\0') return false;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(answer[at]); };
    const unsigned length =
        byte(0) | static_cast<unsigned>(byte(1)) << 8U | static_cast<unsigned>(byte(2)) << 16U;
    return length >= 5 && length < 4096 && (byte(4) == 10 || byte(4) == 255);
}

/// A column in the server's own words, which say more of its type than the description of a result.
struct Declared {
    std::string name;
    std::string type;
};

/// All columns of a table or view, also those that SELECT * leaves out: invisible ones.
std::vector<Declared> list_declared(Client& client, const std::string& table) {
    std::vector<Declared> columns;
    for_each_row(client, fmt::format("SHOW COLUMNS FROM {}", table), [&](auto row) {
        columns.push_back({std::string(row[0].text()), std::string(row[1].text())});
    });
    return columns;
}

class MysqlSource final : public Source {
  public:
    MysqlSource(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        std::vector<net::Address> addresses;
        run_stage(observer, "resolve", [&] {
            addresses = target_.resolve();
            return addresses.empty() ? "" : addresses.front().text;
        });
        run_stage(observer, "connect", [&] {
            net::connect(addresses, target_.address(), target_.connect_timeout, cancellation_);
            return target_.address();
        });
        Client client(target_, cancellation_);
        run_stage(observer, "tls", [&] {
            client.begin();
            return client.encryption();
        });
        run_stage(observer, "auth", [&] {
            client.log_in();
            return fmt::format("as '{}', server {}", target_.username, client.server_version());
        });
        run_stage(observer, "list", [&] { return list_for_test(client, location); });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            read_with(client, *location, {.limit = 1}, counter);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        const auto parts = parse_sql_path(path, 2);
        Client client(target_, cancellation_);
        client.connect();
        if (parts.size() == 2) return list_columns(client, parts[0], parts[1], each);
        if (parts.size() == 1) return list_tables(client, parts[0], each);
        for (const auto& database : list_databases(client)) {
            each(database);
            if (!recursive) continue;
            list_tables(client, database.name, [&](Entry table) {
                table.path.insert(0, database.path + "/");
                each(table);
            });
        }
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        mysql_engine().check_location(location);
        Client client(target_, cancellation_);
        client.connect();
        read_with(client, location, options, sink.table());
    }

  private:
    /// "cannot ACTION at db.example.com:3306".
    void set_purpose(Client& client, const std::string& action,
                     ErrorClass otherwise = ErrorClass::internal) const {
        client.set_purpose(fmt::format("cannot {} at {}", action, target_.address()), otherwise);
    }

    [[nodiscard]] std::vector<Entry> list_databases(Client& client) const {
        set_purpose(client, "list the databases");
        std::vector<Entry> entries;
        for_each_row(client, "SHOW DATABASES", [&](auto row) {
            entries.push_back({std::string(row[0].text()), sql_path_part(row[0].text()), "database"});
        });
        return entries;
    }

    void list_tables(Client& client, const std::string& database, const EntryObserver& each) const {
        set_purpose(client, fmt::format("list the tables of '{}'", database));
        for_each_row(
            client,
            fmt::format("SHOW FULL TABLES FROM {}", quote_name(database, "database", ErrorClass::not_found)),
            [&](auto row) {
                each({std::string(row[0].text()), sql_path_part(row[0].text()),
                      row[1].text().ends_with("VIEW") ? "view" : "table"});
            });
    }

    void list_columns(Client& client, const std::string& database, const std::string& table,
                      const EntryObserver& each) const {
        set_purpose(client, fmt::format("list the columns of '{}' of '{}'", table, database));
        for (const auto& column :
             list_declared(client, quote_table(database, table, ErrorClass::not_found))) {
            each({.name = column.name,
                  .path = sql_path_part(column.name),
                  .kind = "column",
                  .detail = column.type});
        }
    }

    [[nodiscard]] std::string list_for_test(Client& client, const std::optional<Location>& location) const {
        if (location) mysql_engine().check_location(*location);
        const auto count = list_databases(client).size();
        if (location) use_database(client, location->database);
        return count == 1 ? "1 database" : fmt::format("{} databases", count);
    }

    void use_database(Client& client, const std::string& database) const {
        if (database.empty()) return;
        set_purpose(client, fmt::format("use the database '{}'", database));
        client.use_database(database);
    }

    void read_with(Client& client, const Location& location, const ReadOptions& options,
                   RowSink& sink) const {
        set_purpose(client, "prepare the session");
        prepare_session(client, SessionUse::read, target_.connect_timeout);
        if (location.table.empty()) return read_request(client, location, options, sink);
        read_table(client, location, options, sink);
    }

    void read_table(Client& client, const Location& location, const ReadOptions& options,
                    RowSink& sink) const {
        set_purpose(client, fmt::format("read the table '{}' of '{}'", location.table, location.database));
        const auto table = quote_table(location.database, location.table, ErrorClass::not_found);
        client.execute("START TRANSACTION READ ONLY");
        // Reads no row, so that the view of the data does not begin yet, and keeps DDL and TRUNCATE away until
        // the end of the transaction. Also fails unless the user may read every visible column: SHOW COLUMNS
        // lists only those that he may read.
        for_each_row(client, fmt::format("SELECT * FROM {} LIMIT 0", table), [](auto) {});
        const auto declared = list_declared(client, table);
        std::string list;
        for (const auto& column : declared) {
            list += list.empty() ? "" : ", ";
            list += quote_identifier(column.name, SqlDialect::mysql, "column");
        }
        const auto limit = options.limit ? fmt::format(" LIMIT {}", *options.limit) : std::string();
        Statement statement(client, fmt::format("SELECT {} FROM {}{}", list, table, limit));
        statement.execute();
        auto columns = statement.columns();
        for (std::size_t at = 0; at < columns.size(); ++at) columns[at].type = declared.at(at).type;
        stream(statement, columns, options, sink);
    }

    void read_request(Client& client, const Location& location, const ReadOptions& options,
                      RowSink& sink) const {
        use_database(client, location.database);
        if (options.limit) client.execute(fmt::format("SET SESSION sql_select_limit = {}", *options.limit));
        client.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
        set_purpose(client, "read the request", ErrorClass::invalid);
        Statement statement(client, location.request);
        statement.execute();
        stream(statement, statement.columns(), options, sink);
    }

    void stream(Statement& statement, const std::vector<Column>& columns, const ReadOptions& options,
                RowSink& sink) const {
        sink.columns(columns);
        std::uint64_t left = options.limit.value_or(UINT64_MAX);
        // Fetch one more row than wanted: the server usually has no more, and the connection then ends in
        // good order.
        while (statement.next()) {
            cancellation_.check();
            if (left-- == 0) return;
            sink.row(statement.values());
        }
    }

    Target target_;
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

}  // namespace mysql

const Engine& mysql_engine() {
    static constexpr Engine engine{
        .name = "mysql",
        .title = "MySQL and MariaDB",
        .type = "SQL",
        .schemes = mysql::schemes,
        .default_port = mysql::standard_port,
        .connector_options = mysql::connector_options,
        .datasource_options = mysql::datasource_options,
        .recognizes = mysql::is_greeting,
        .open = mysql::open,
        .check_location = mysql::check_location,
        .open_table_writer = mysql::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
