#include "sources/sqlite/sqlite.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/sqlite/file.hpp"
#include "sources/sqlite/writer.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

using sqlite::Database;
using sqlite::SqliteError;
using sqlite::Statement;
using sqlite::Transaction;

constexpr std::array<std::string_view, 1> schemes{"sqlite"};

constexpr std::array<Option, 1> connector_options{{
    {.name = "host", .help = "the file: sqlite:///absolute/path", .required = true},
}};

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "the database in the file", .fallback = "main, the only one"},
    {.name = "table", .help = "table or view to read whole"},
    {.name = "request", .help = "SELECT statement whose rows to read"},
}};

constexpr std::string_view only_database = "main";

void check_database(const std::string& database) {
    if (database.empty() || database == only_database) return;
    throw Error(
        ErrorClass::not_found,
        fmt::format("cannot find the database '{}': a SQLite file holds one, '{}'", database, only_database),
        "leave the database out");
}

// Writes the values of a row as text, each in a place of its own that serves for the next row too.
class RowWriter {
  public:
    explicit RowWriter(sqlite3_stmt* statement)
        : statement_(statement),
          values_(static_cast<std::size_t>(sqlite3_column_count(statement))),
          places_(values_.size()) {}

    std::span<const Value> write() {
        for (std::size_t at = 0; at < values_.size(); ++at) {
            values_[at] = write(static_cast<int>(at), places_[at]);
        }
        return values_;
    }

  private:
    Value write(int column, std::string& place) {
        switch (sqlite3_column_type(statement_, column)) {
            case SQLITE_NULL:
                return {};
            case SQLITE_INTEGER:
                return write_number(sqlite3_column_int64(statement_, column), place);
            case SQLITE_FLOAT:
                return write_number(sqlite3_column_double(statement_, column), place);
            case SQLITE_BLOB:
                return write_bytes(column, place);
            default:
                break;
        }
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        if (text == nullptr) throw SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
        return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

    template <typename Number>
    static Value write_number(Number number, std::string& place) {
        place.resize(32);  // enough for any of 64 bits
        const auto result = std::to_chars(place.data(), place.data() + place.size(), number);
        return {place.data(), static_cast<std::size_t>(result.ptr - place.data())};
    }

    Value write_bytes(int column, std::string& place) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        place = "\\x";
        if (size > 0) place += to_hex({bytes, size});
        return {place.data(), place.size()};
    }

    sqlite3_stmt* statement_;
    std::vector<Value> values_;
    std::vector<std::string> places_;
};

Error no_such_table(const std::string& table, const std::filesystem::path& path) {
    return Error(ErrorClass::not_found,
                 fmt::format("cannot find the table '{}' in {}: there is none", table, path.string()),
                 "list what there is with 'prevision connector browse CONNECTOR'");
}

class SqliteSource final : public Source {
  public:
    SqliteSource(std::filesystem::path path, SqliteLimits limits)
        : path_(std::move(path)), limits_(limits), cancellation_(limits.cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override;
    void browse(const std::string& path, bool recursive, const EntryObserver& each) override;
    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override;

  private:
    template <typename Action>
    void with_file(const Action& action);

    std::vector<Entry> tables(const std::string& database);
    std::vector<Entry> columns(const std::string& database, const std::string& table);
    void read_table(Database& file, const std::string& table, const ReadOptions& options, RowSink& sink);
    void read_request(Database& file, const std::string& request, const ReadOptions& options, RowSink& sink);
    void stream(Statement& statement, std::vector<Column> columns, const ReadOptions& options, RowSink& sink);

    std::filesystem::path path_;
    SqliteLimits limits_;
    Cancellation& cancellation_;
};

// What the statement says of its columns. An expression has no declared type.
std::vector<Column> columns_of(sqlite3_stmt* statement) {
    std::vector<Column> columns(static_cast<std::size_t>(sqlite3_column_count(statement)));
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const char* name = sqlite3_column_name(statement, static_cast<int>(at));
        const char* type = sqlite3_column_decltype(statement, static_cast<int>(at));
        columns[at].name = name != nullptr ? name : "";
        columns[at].type = type != nullptr ? type : "";
    }
    return columns;
}

// Opens the file for `action`, and puts what SQLite says of a failure in our words.
template <typename Action>
void SqliteSource::with_file(const Action& action) {
    cancellation_.check();
    auto file = open_sqlite_file(path_, limits_);
    try {
        action(file);
    } catch (const SqliteError& error) {
        cancellation_.check();
        throw describe(error, path_);
    }
}

void SqliteSource::test(const std::optional<Location>& location, const StageObserver& observer) {
    run_stage(observer, "resolve", [&] {
        check_sqlite_file(path_);
        return path_.string();
    });
    run_stage(observer, "connect", [&] { return format_bytes(check_sqlite_file(path_)); });
    run_stage(observer, "tls", [] { return std::string("not used"); });
    run_stage(observer, "auth", [&] {
        open_sqlite_file(path_, limits_);
        return std::string("the file may be read");
    });
    run_stage(observer, "list", [&] {
        const auto count = tables(location ? location->database : "").size();
        return count == 1 ? "1 table or view" : fmt::format("{} tables and views", count);
    });
    if (!location) return;
    run_stage(observer, "read", [&] {
        RowCounter counter;
        read(*location, {.limit = 1}, counter);
        return counter.summary();
    });
}

void SqliteSource::browse(const std::string& path, bool recursive, const EntryObserver& each) {
    const auto parts = parse_sql_path(path, 2);
    if (parts.size() == 2) {
        for (const auto& column : columns(parts[0], parts[1])) each(column);
        return;
    }
    if (parts.size() == 1) {
        for (const auto& table : tables(parts[0])) each(table);
        return;
    }
    const auto found = tables("");  // which also finds out whether the file is a database
    each({.name = std::string(only_database), .path = std::string(only_database), .kind = "database"});
    if (!recursive) return;
    for (auto table : found) {
        table.path.insert(0, fmt::format("{}/", only_database));
        each(table);
    }
}

std::vector<Entry> SqliteSource::tables(const std::string& database) {
    check_database(database);
    std::vector<Entry> entries;
    with_file([&](Database& file) {
        auto statement = file.prepare(
            "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
        while (statement.step()) {
            const auto name = statement.text(0);
            entries.push_back({name, sql_path_part(name), statement.text(1) == "view" ? "view" : "table"});
        }
    });
    return entries;
}

std::vector<Entry> SqliteSource::columns(const std::string& database, const std::string& table) {
    check_database(database);
    std::vector<Entry> entries;
    with_file([&](Database& file) {
        auto statement = file.prepare("SELECT name, type FROM pragma_table_info(?)");
        statement.bind(1, table);
        while (statement.step()) {
            const auto name = statement.text(0);
            entries.push_back(
                {.name = name, .path = sql_path_part(name), .kind = "column", .detail = statement.text(1)});
        }
    });
    if (entries.empty()) throw no_such_table(table, path_);
    return entries;
}

void SqliteSource::read(const Location& location, const ReadOptions& options, ContentSink& sink) {
    sqlite_engine().check_location(location);
    check_database(location.database);
    with_file([&](Database& file) {
        const Transaction view(file, Transaction::Mode::read);
        if (location.table.empty()) {
            read_request(file, location.request, options, sink.table());
        } else {
            read_table(file, location.table, options, sink.table());
        }
    });
}

void SqliteSource::read_table(Database& file, const std::string& table, const ReadOptions& options,
                              RowSink& sink) {
    // SQLite has no code of its own for a table that is not there.
    auto search =
        file.prepare("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE");
    search.bind(1, table);
    if (!search.step()) throw no_such_table(table, path_);
    search.reset();

    std::map<std::string, bool> nullable;
    auto details = file.prepare(
        "SELECT name, \"notnull\" = 0 AND NOT (pk > 0 AND upper(type) = 'INTEGER') FROM "
        "pragma_table_info(?)");
    details.bind(1, table);
    while (details.step()) nullable[details.text(0)] = details.integer(1) != 0;

    auto sql = fmt::format("SELECT * FROM main.{}", quote_identifier(table, SqlDialect::sqlite, "table"));
    if (options.limit) sql += fmt::format(" LIMIT {}", *options.limit);
    auto statement = file.prepare(sql);
    auto columns = columns_of(statement.handle());
    for (auto& column : columns) {
        if (const auto found = nullable.find(column.name); found != nullable.end()) {
            column.nullable = found->second;
        }
    }
    stream(statement, std::move(columns), options, sink);
}

void SqliteSource::read_request(Database& file, const std::string& request, const ReadOptions& options,
                                RowSink& sink) {
    const auto refuse = [](std::string_view why) {
        throw Error(ErrorClass::invalid, fmt::format("invalid request: {}", why));
    };
    try {
        auto statement = file.prepare(request);
        if (statement.handle() == nullptr || sqlite3_stmt_readonly(statement.handle()) == 0) {
            refuse("it is not a query");
        }
        stream(statement, columns_of(statement.handle()), options, sink);
    } catch (const SqliteError& error) {
        if (error.primary_code() != SQLITE_ERROR) throw;
        const std::string_view why = error.what();
        if (!why.starts_with("no such table")) refuse(why);
        throw Error(ErrorClass::not_found, fmt::format("cannot read the request: {}", why),
                    "list what there is with 'prevision connector browse CONNECTOR'");
    }
}

void SqliteSource::stream(Statement& statement, std::vector<Column> columns, const ReadOptions& options,
                          RowSink& sink) {
    bool more = options.limit != 0U && statement.step();
    // A column of an expression: the first row's value says what it holds.
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (!columns[at].type.empty() || !more) continue;
        constexpr std::array<std::string_view, 6> names{"", "integer", "real", "text", "blob", ""};
        columns[at].type =
            names.at(static_cast<std::size_t>(sqlite3_column_type(statement.handle(), static_cast<int>(at))));
    }
    sink.columns(columns);
    RowWriter writer(statement.handle());
    for (std::uint64_t rows = 0; more; more = statement.step()) {
        cancellation_.check();
        sink.row(writer.write());
        if (++rows == options.limit) return;
    }
}

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<SqliteSource>(
        sqlite_path(connection.host),
        SqliteLimits{.cancellation = cancellation, .longest_lock = connection.connect_timeout});
}

void check_location(const Location& location) { check_sql_location(location, SqlDialect::sqlite); }

}  // namespace

const Engine& sqlite_engine() {
    static constexpr Engine engine{
        .name = "sqlite",
        .title = "SQLite",
        .type = "SQL",
        .schemes = schemes,
        .default_port = std::nullopt,
        .connector_options = connector_options,
        .datasource_options = datasource_options,
        .open = open,
        .check_location = check_location,
        .open_table_writer = open_sqlite_writer,
    };
    return engine;
}

}  // namespace prevision::sources
