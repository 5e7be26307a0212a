#include "sources/sqlite/sqlite.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/options.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/server.hpp"
#include "sources/sql/text_converter.hpp"
#include "sources/sqlite/catalog.hpp"
#include "sources/sqlite/file.hpp"
#include "sources/sqlite/row.hpp"
#include "sources/sqlite/writer.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace sqlite {

namespace {

constexpr std::array<std::string_view, 1> schemes{"sqlite"};

constexpr std::array<Option, 2> connector_options{{
    {.name = "host", .help = "the file: sqlite:///absolute/path", .required = true, .label = "File"},
    encoding_option,
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "the database in the file", .fallback = "main, the only one"},
    {.name = "table", .help = "table or view to read whole"},
    {.name = "request", .help = request_help},
}};

constexpr std::string_view only_database = "main";

void check_database(const std::string& database) {
    if (database.empty() || database == only_database) return;
    throw Error(
        ErrorClass::not_found,
        fmt::format("cannot find the database '{}': a SQLite file has only '{}'", database, only_database),
        "leave the database out");
}

// The columns as the statement describes them. An expression has no declared type.
std::vector<Column> columns_of(sqlite3_stmt* statement) {
    std::vector<Column> columns(static_cast<std::size_t>(sqlite3_column_count(statement)));
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const char* name = sqlite3_column_name(statement, static_cast<int>(at));
        const char* type = sqlite3_column_decltype(statement, static_cast<int>(at));
        columns[at].name = name != nullptr ? name : "";
        columns[at].type = type != nullptr ? type : "";
        columns[at].kind = ValueKind::any;
    }
    return columns;
}

class SqliteSource final : public Source {
  public:
    SqliteSource(std::filesystem::path path, std::string encoding, Limits limits)
        : path_(std::move(path)),
          encoding_(std::move(encoding)),
          limits_(std::move(limits)),
          cancellation_(limits_.cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        run_stage(observer, "resolve", [&] {
            check_file(check_local_file(limits_.reach, path_));
            return path_.string();
        });
        run_stage(observer, "connect", [&] { return format_bytes(check_file(path_)); });
        run_stage(observer, "tls", [] { return std::string("not used"); });
        run_stage(observer, "auth", [&] {
            open_for_reading(path_, limits_);
            return std::string("the file may be read");
        });
        run_stage(observer, "list", [&] {
            if (location) check_database(location->database);
            std::size_t count = 0;
            with_file([&](Database& file) { count = list_tables(file).size(); });
            return count_of(count, "table or view", "tables and views");
        });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            read(*location, {.limit = 1}, counter);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        const auto parts = parse_sql_path(path, 2);
        if (!parts.empty()) check_database(parts[0]);
        with_file([&](Database& file) {
            if (parts.size() == 2) return list_columns(file, path_, parts[1], each);
            const auto tables =
                list_tables(file);  // also at the top: this checks that the file is a database
            const std::string database(only_database);
            if (parts.empty()) each({.name = database, .path = database, .kind = "database"});
            if (parts.empty() && !recursive) return;
            for (auto table : tables) {
                if (parts.empty()) table.path.insert(0, database + "/");
                each(table);
            }
        });
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        sqlite_engine().check_location(location);
        check_database(location.database);
        with_file([&](Database& file) {
            const Transaction view(file, Transaction::Mode::read);
            file.prepare("SELECT 1 FROM sqlite_master")
                .step();  // the view begins here, before the columns are known
            if (location.table.empty()) return read_request(file, location.request, options, sink.table());
            read_table(file, location.table, options, sink.table());
        });
    }

    // The library is the server.
    [[nodiscard]] std::string server_version() const override { return sqlite3_libversion(); }

  private:
    // Opens the file for `action`, and translates SQLite's errors.
    template <typename Action>
    void with_file(const Action& action) {
        cancellation_.check();
        auto file = open_for_reading(path_, limits_);
        try {
            action(file);
        } catch (const SqliteError& error) {
            cancellation_.check();
            throw describe(error, path_);
        }
    }

    // The highest row number, which SQLite finds at once, is at least the number of rows, unless some were deleted.
    static void tell_estimate(Database& file, const std::string& quoted_table, RowSink& sink) {
        std::int64_t rows = 0;
        try {
            auto statement = file.prepare(fmt::format("SELECT max(rowid) FROM main.{}", quoted_table));
            if (statement.step() && !statement.is_null(0)) rows = statement.integer(0);
        } catch (const SqliteError&) {
            return;  // a view has no row numbers, nor has a table WITHOUT ROWID
        }
        if (rows > 0) sink.expect(static_cast<std::uint64_t>(rows));
    }

    void read_table(Database& file, const std::string& table, const ReadOptions& options, RowSink& sink) {
        check_table(file, path_, table);
        const auto nullable = find_nullable(file, table);
        const auto name = quote_identifier(table, SqlDialect::sqlite, "table");
        if (!options.limit) tell_estimate(file, name, sink);
        auto sql = fmt::format("SELECT * FROM main.{}", name);
        if (options.limit) sql += fmt::format(" LIMIT {}", *options.limit);
        auto statement = file.prepare(sql);
        auto columns = columns_of(statement.handle());
        for (auto& column : columns) {
            if (const auto found = nullable.find(column.name); found != nullable.end()) {
                column.nullable = found->second;
            }
        }
        stream(file, statement, std::move(columns), options, sink);
    }

    void read_request(Database& file, const std::string& request, const ReadOptions& options, RowSink& sink) {
        const auto refuse = [](std::string_view why) { refuse_field("request", why); };
        try {
            auto statement = file.prepare(request);
            if (statement.handle() == nullptr || sqlite3_stmt_readonly(statement.handle()) == 0) {
                refuse("it is not a query");
            }
            if (sqlite3_bind_parameter_count(statement.handle()) > 0) {
                const char* name = sqlite3_bind_parameter_name(statement.handle(), 1);
                refuse_parameter(name != nullptr ? name : "?");
            }
            stream(file, statement, columns_of(statement.handle()), options, sink);
        } catch (const SqliteError& error) {
            if (error.primary_code() != SQLITE_ERROR && error.primary_code() != SQLITE_AUTH) throw;
            const std::string_view why = error.what();
            if (!why.starts_with("no such table")) refuse(why);
            throw_not_found("cannot read the request", why);
        }
    }

    void stream(Database& file, Statement& statement, std::vector<Column> columns, const ReadOptions& options,
                RowSink& sink) {
        const auto declared = columns;
        const auto encoding = has_raw_text(file) ? encoding_ : std::string();
        bool more = options.limit != 0U && statement.step();
        // The type of an expression is that of its first value.
        for (std::size_t at = 0; at < columns.size(); ++at) {
            if (!columns[at].type.empty() || !more) continue;
            constexpr std::array<std::string_view, 6> names{"", "integer", "real", "text", "blob", ""};
            columns[at].type = names.at(
                static_cast<std::size_t>(sqlite3_column_type(statement.handle(), static_cast<int>(at))));
        }
        columns = decode_names(std::move(columns), encoding);
        sink.columns(columns);
        RowWriter writer(statement.handle(), declared);
        RowDecoder decoder(columns, encoding);
        for (std::uint64_t rows = 0; more; more = statement.step()) {
            cancellation_.check();
            sink.row(decoder.decode(writer.write()));
            if (++rows == options.limit) return;
        }
    }

    std::filesystem::path path_;
    std::string encoding_;
    Limits limits_;
    Cancellation& cancellation_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    auto path = parse_path(connection.host);
    check_local_file(connection.reach, path);
    return std::make_unique<SqliteSource>(std::move(path), parse_encoding(connection),
                                          limits_of(connection, cancellation));
}

void check_location(const Location& location) { check_sql_location(location, SqlDialect::sqlite); }

std::string newest_statement(const Location& location, const std::string& column) {
    const auto from = location.table.empty()
                          ? fmt::format("(\n{}\n)", without_end(location.request, SqlDialect::sqlite))
                          : "main." + quote_identifier(location.table, SqlDialect::sqlite, "table");
    // SQLite takes the name of a column that is not there for a text, but not with the name of its table.
    return fmt::format("SELECT max(r.{}) AS newest FROM {} AS r",
                       quote_identifier(column, SqlDialect::sqlite, "column"), from);
}

}  // namespace

}  // namespace sqlite

const Engine& sqlite_engine() {
    static constexpr Engine engine{
        .name = "sqlite",
        .title = "SQLite",
        .type = "SQL",
        .schemes = sqlite::schemes,
        .default_port = std::nullopt,
        .connector_options = sqlite::connector_options,
        .datasource_options = sqlite::datasource_options,
        .is_file = true,
        .open = sqlite::open,
        .check_location = sqlite::check_location,
        .newest_statement = sqlite::newest_statement,
        .kind_of_type = [](std::string_view) { return ValueKind::any; },
        .open_table_writer = sqlite::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
