#include "sources/mysql/mysql.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "sources/field.hpp"
#include "sources/mysql/name.hpp"
#include "sources/mysql/reader.hpp"
#include "sources/mysql/session.hpp"
#include "sources/mysql/value.hpp"
#include "sources/mysql/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/options.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/text.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace mysql {

namespace {

constexpr std::array<std::string_view, 2> schemes{"mysql", "mariadb"};

constexpr std::array<Option, 7> connector_options{{
    {.name = "host",
     .help = "name or address of the server, or the path of its local socket",
     .required = true,
     .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "3306", .guards_secret = true},
    {.name = "username", .help = "name to log in with"},
    {.name = "password", .help = "password to log in with", .secret = true},
    {.name = "tls",
     .help = "encryption: disable; prefer, where the server can; require; verify, require and check the "
             "server's certificate and name",
     .fallback = "prefer",
     .choices = "disable|prefer|require|verify",
     .guards_secret = true},
    time_zone_option,
    encoding_option,
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database; may be left out with a request that names it"},
    {.name = "table", .help = "table or view to read whole"},
    {.name = "request", .help = request_help},
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

class MysqlSource final : public Source {
  public:
    MysqlSource(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        test_connecting(target_, cancellation_, observer);
        Client client(target_, cancellation_);
        run_stage(observer, "tls", [&] {
            client.begin();
            return client.encryption();
        });
        run_stage(observer, "auth", [&] {
            client.log_in();
            prepare_session(client, SessionUse::read, target_);
            use_time_zone(client, target_);
            return fmt::format("as '{}', server {}", target_.username, client.server_version());
        });
        run_stage(observer, "list", [&] { return list_for_test(client, location); });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            RowsOnly rows(counter);
            mysql::read(client, target_, *location, {.limit = 1}, rows);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        const auto parts = parse_sql_path(path, 2);
        Client client(target_, cancellation_);
        client.connect();
        prepare_session(client, SessionUse::read, target_);  // a limit would cut the lists, too
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
        server_version_ = client.server_version();
        mysql::read(client, target_, location, options, sink);
    }

    [[nodiscard]] std::string server_version() const override { return server_version_; }

  private:
    /// "cannot ACTION at db.example.com:3306".
    void set_purpose(Client& client, const std::string& action,
                     ErrorClass otherwise = ErrorClass::internal) const {
        client.set_purpose(fmt::format("cannot {} at {}", action, target_.address()), otherwise);
    }

    [[nodiscard]] std::vector<Entry> list_databases(Client& client) const {
        set_purpose(client, "list the databases");
        std::vector<Entry> entries;
        client.for_each_row("SHOW DATABASES", [&](auto row) {
            entries.push_back({std::string(row[0].text()), sql_path_part(row[0].text()), "database"});
        });
        return entries;
    }

    void list_tables(Client& client, const std::string& database, const EntryObserver& each) const {
        set_purpose(client, fmt::format("list the tables of '{}'", database));
        client.for_each_row(
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
        if (location && !location->database.empty()) {
            set_purpose(client, fmt::format("use the database '{}'", location->database));
            quote_name(location->database, "database", ErrorClass::not_found);
            client.use_database(location->database);
        }
        return count_of(count, "database", "databases");
    }

    Target target_;
    Cancellation& cancellation_;
    std::string server_version_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<MysqlSource>(parse_target(connection), cancellation);
}

void check_location(const Location& location) {
    check_sql_location(location, SqlDialect::mysql);
    if (location.database.empty() && !location.table.empty()) {
        refuse_field("database", "a table needs one", "give --database");
    }
}

std::string newest_statement(const Location& location, const std::string& column) {
    const auto from = location.table.empty()
                          ? fmt::format("(\n{}\n)", without_end(location.request, SqlDialect::mysql))
                          : quote_table(location.database, location.table, ErrorClass::not_found);
    return fmt::format("SELECT MAX(r.{}) AS newest FROM {} AS r",
                       quote_identifier(column, SqlDialect::mysql, "column"), from);
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
        .newest_statement = mysql::newest_statement,
        .kind_of_type = mysql::TargetColumn::values_of,
        .open_table_writer = mysql::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
