#include "sources/sqlite/sqlite.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/path.hpp"
#include "sources/sqlite/file.hpp"
#include "sources/sqlite/writer.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace sqlite {

namespace {

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

// Writes the values of a row as text, each in a buffer that the next row uses again.
class RowWriter {
  public:
    RowWriter(sqlite3_stmt* statement, std::span<const Column> columns)
        : statement_(statement),
          values_(static_cast<std::size_t>(sqlite3_column_count(statement))),
          buffers_(values_.size()) {
        for (const auto& column : columns) {
            const auto type = to_lower(column.type);
            is_real_.push_back(type.find("real") != std::string::npos ||
                               type.find("floa") != std::string::npos ||
                               type.find("doub") != std::string::npos);
        }
    }

    std::span<const Value> write() {
        for (std::size_t at = 0; at < values_.size(); ++at) {
            values_[at] = write(static_cast<int>(at), buffers_[at]);
        }
        return values_;
    }

  private:
    Value write(int column, std::string& buffer) {
        switch (sqlite3_column_type(statement_, column)) {
            case SQLITE_NULL:
                return {};
            case SQLITE_INTEGER:
                return write_number(sqlite3_column_int64(statement_, column), buffer);
            case SQLITE_FLOAT:
                return write_double(column, buffer);
            case SQLITE_BLOB:
                return write_bytes(column, buffer);
            default:
                break;
        }
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        if (text == nullptr) throw SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
        return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

    template <typename Number>
    static Value write_number(Number number, std::string& buffer) {
        buffer.resize(32);  // the longest of 64 bits has 24 characters
        const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
        return {buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())};
    }

    // In a column that holds numbers of any kind, 2.0 is not 2.
    Value write_double(int column, std::string& buffer) {
        const double number = sqlite3_column_double(statement_, column);
        if (is_real_[static_cast<std::size_t>(column)]) return write_number(number, buffer);
        buffer = write_real(number);
        return {buffer.data(), buffer.size()};
    }

    Value write_bytes(int column, std::string& buffer) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        buffer = "\\x";
        if (size > 0) buffer += to_hex({bytes, size});
        return {buffer.data(), buffer.size()};
    }

    sqlite3_stmt* statement_;
    std::vector<Value> values_;
    std::vector<std::string> buffers_;
    std::vector<bool> is_real_;  ///< whether the column is declared to hold REAL
};

[[noreturn]] void throw_not_found(std::string_view action, std::string_view why) {
    throw Error(ErrorClass::not_found, fmt::format("{}: {}", action, why),
                "list what there is with 'prevision connector browse CONNECTOR'");
}

// The columns as the statement describes them. An expression has no declared type.
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

class SqliteSource final : public Source {
  public:
    SqliteSource(std::filesystem::path path, Limits limits)
        : path_(std::move(path)), limits_(std::move(limits)), cancellation_(limits_.cancellation) {}

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
            return count == 1 ? "1 table or view" : fmt::format("{} tables and views", count);
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
            if (parts.size() == 2) return list_columns(file, parts[1], each);
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

    static std::vector<Entry> list_tables(Database& file) {
        std::vector<Entry> entries;
        auto statement = file.prepare(
            "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
        while (statement.step()) {
            const auto name = statement.text(0);
            entries.push_back({name, sql_path_part(name), statement.text(1) == "view" ? "view" : "table"});
        }
        return entries;
    }

    void list_columns(Database& file, const std::string& table, const EntryObserver& each) const {
        check_table(file, table);
        // table_info leaves out generated columns; 1 marks the hidden ones, which SELECT * leaves out too.
        auto statement = file.prepare("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1");
        statement.bind(1, table);
        while (statement.step()) {
            const auto name = statement.text(0);
            each({.name = name, .path = sql_path_part(name), .kind = "column", .detail = statement.text(1)});
        }
    }

    // SQLite has no error code for a missing table.
    void check_table(Database& file, const std::string& table) const {
        auto search =
            file.prepare("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE");
        search.bind(1, table);
        if (!search.step())
            throw_not_found(fmt::format("cannot read the table '{}'", table),
                            path_.string() + " has none of that name");
    }

    // Which columns may hold NULL. A key of an ordinary table may, unless it is the row id: the only column of
    // the key, of type INTEGER, and without an index.
    static std::map<std::string, bool> find_nullable(Database& file, const std::string& table) {
        std::map<std::string, bool> nullable;
        auto details = file.prepare(
            "SELECT name, \"notnull\" = 0 AND NOT (pk = 1 AND upper(type) = 'INTEGER' AND "
            "(SELECT max(pk) FROM pragma_table_xinfo(?1)) = 1 AND "
            "NOT EXISTS (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk')) "
            "FROM pragma_table_xinfo(?1)");
        details.bind(1, table);
        while (details.step()) nullable[details.text(0)] = details.integer(1) != 0;
        return nullable;
    }

    void read_table(Database& file, const std::string& table, const ReadOptions& options, RowSink& sink) {
        check_table(file, table);
        const auto nullable = find_nullable(file, table);
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

    void read_request(Database& file, const std::string& request, const ReadOptions& options, RowSink& sink) {
        const auto refuse = [](std::string_view why) {
            throw Error(ErrorClass::invalid, fmt::format("invalid request: {}", why));
        };
        try {
            auto statement = file.prepare(request);
            if (statement.handle() == nullptr || sqlite3_stmt_readonly(statement.handle()) == 0) {
                refuse("it is not a query");
            }
            if (sqlite3_bind_parameter_count(statement.handle()) > 0) {
                const char* name = sqlite3_bind_parameter_name(statement.handle(), 1);
                refuse_parameter(name != nullptr ? name : "?");
            }
            stream(statement, columns_of(statement.handle()), options, sink);
        } catch (const SqliteError& error) {
            if (error.primary_code() != SQLITE_ERROR && error.primary_code() != SQLITE_AUTH) throw;
            const std::string_view why = error.what();
            if (!why.starts_with("no such table")) refuse(why);
            throw_not_found("cannot read the request", why);
        }
    }

    // A dataset is UTF-8.
    static void check_text(std::span<const Value> values, std::span<const Column> columns,
                           std::uint64_t row) {
        for (std::size_t at = 0; at < values.size(); ++at) {
            if (values[at].is_null() || is_utf8(values[at].text())) continue;
            throw Error(ErrorClass::integrity,
                        fmt::format("cannot read the column '{}' of row {}: its text is not UTF-8",
                                    columns[at].name, row),
                        "read it with a request that has CAST(column AS BLOB)");
        }
    }

    void stream(Statement& statement, std::vector<Column> columns, const ReadOptions& options,
                RowSink& sink) {
        const auto declared = columns;
        bool more = options.limit != 0U && statement.step();
        // The type of an expression is that of its first value.
        for (std::size_t at = 0; at < columns.size(); ++at) {
            if (!columns[at].type.empty() || !more) continue;
            constexpr std::array<std::string_view, 6> names{"", "integer", "real", "text", "blob", ""};
            columns[at].type = names.at(
                static_cast<std::size_t>(sqlite3_column_type(statement.handle(), static_cast<int>(at))));
        }
        sink.columns(columns);
        RowWriter writer(statement.handle(), declared);
        for (std::uint64_t rows = 0; more; more = statement.step()) {
            cancellation_.check();
            const auto values = writer.write();
            check_text(values, columns, rows + 1);
            sink.row(values);
            if (++rows == options.limit) return;
        }
    }

    std::filesystem::path path_;
    Limits limits_;
    Cancellation& cancellation_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    auto path = parse_path(connection.host);
    check_local_file(connection.reach, path);
    return std::make_unique<SqliteSource>(std::move(path), Limits{.cancellation = cancellation,
                                                                  .longest_lock = connection.connect_timeout,
                                                                  .reach = connection.reach});
}

void check_location(const Location& location) { check_sql_location(location, SqlDialect::sqlite); }

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
        .open_table_writer = sqlite::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
