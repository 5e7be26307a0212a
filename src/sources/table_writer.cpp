#include "sources/table_writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/mysql.hpp"
#include "sources/registry.hpp"
#include "sources/sql_text.hpp"
#include "sources/sqlite_file.hpp"

namespace prevision::sources {

namespace {

constexpr std::chrono::seconds longest_lock{30};
constexpr std::size_t statement_size = 512 * 1024;

std::string column_list(const std::vector<std::string>& columns, SqlDialect dialect, std::string_view type) {
    std::string list;
    for (const auto& column : columns) {
        if (!list.empty()) list += ", ";
        list += quote_identifier(column, dialect, "column");
        list += type;
    }
    return list;
}

void check_columns(const std::vector<std::string>& columns) {
    if (columns.empty()) throw Error(ErrorClass::invalid, "invalid dataset: it has no columns");
}

class SqliteWriter final : public TableWriter {
  public:
    SqliteWriter(std::filesystem::path path, Cancellation& cancellation)
        : path_(std::move(path)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = quote_identifier(location.table, SqlDialect::sqlite, "table");
        check_sqlite_file(path_);
        run([&] {
            database_.emplace(path_, SQLITE_OPEN_READWRITE);
            database_->set_busy_timeout(longest_lock);
            transaction_.emplace(*database_);
            database_->execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                           column_list(columns, SqlDialect::sqlite, " TEXT")));
            if (mode == WriteMode::replace) database_->execute(fmt::format("DELETE FROM {}", table));
            std::string marks;
            for (std::size_t i = 0; i < columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
            insert_.emplace(
                database_->prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", table,
                                               column_list(columns, SqlDialect::sqlite, ""), marks)));
        });
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        run([&] {
            insert_->reset();
            int index = 1;
            for (const auto& value : values) {
                if (value) {
                    insert_->bind(index, *value);
                } else {
                    insert_->bind_null(index);
                }
                ++index;
            }
            insert_->run();
        });
    }

    void commit() override {
        run([&] {
            insert_.reset();
            transaction_->commit();
        });
    }

  private:
    template <typename Action>
    void run(const Action& action) {
        try {
            action();
        } catch (const sqlite::SqliteError& error) {
            const auto read_error = describe(error, path_);
            throw Error(read_error.error_class(),
                        fmt::format("cannot write to {}: {}", path_.string(), error.what()),
                        read_error.hint());
        }
    }

    std::filesystem::path path_;
    Cancellation& cancellation_;
    std::optional<sqlite::Database> database_;
    std::optional<sqlite::Transaction> transaction_;
    std::optional<sqlite::Statement> insert_;
};

class MysqlWriter final : public TableWriter {
  public:
    MysqlWriter(MysqlTarget target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation), connection_(target_, cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table =
            fmt::format("{}.{}", quote_identifier(location.database, SqlDialect::mysql, "database"),
                        quote_identifier(location.table, SqlDialect::mysql, "table"));
        connection_.begin();
        connection_.log_in();
        connection_.set_purpose(fmt::format("cannot write to {}.{}", location.database, location.table),
                                ErrorClass::invalid);
        // What does not fit a column fails rather than be cut, and a backslash is a character like any other.
        connection_.execute(
            "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', SESSION autocommit = 0");
        connection_.execute("SET NAMES utf8mb4");
        connection_.execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                        column_list(columns, SqlDialect::mysql, " LONGTEXT")));
        if (mode == WriteMode::replace) connection_.execute(fmt::format("DELETE FROM {}", table));
        insert_ =
            fmt::format("INSERT INTO {} ({}) VALUES ", table, column_list(columns, SqlDialect::mysql, ""));
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        statement_ += statement_.empty() ? insert_ + "(" : ",(";
        bool first = true;
        for (const auto& value : values) {
            if (!std::exchange(first, false)) statement_ += ',';
            append(value);
        }
        statement_ += ')';
        if (statement_.size() >= statement_size) flush();
    }

    void commit() override {
        flush();
        connection_.execute("COMMIT");
    }

  private:
    void append(const std::optional<std::string>& value) {
        if (!value) {
            statement_ += "NULL";
            return;
        }
        statement_ += '\'';
        for (const char each : *value) {
            if (each == '\'') statement_ += '\'';
            statement_ += each;
        }
        statement_ += '\'';
    }

    void flush() {
        if (statement_.empty()) return;
        connection_.execute(statement_);
        statement_.clear();
    }

    MysqlTarget target_;
    Cancellation& cancellation_;
    MysqlConnection connection_;
    std::string insert_;
    std::string statement_;
};

}  // namespace

std::unique_ptr<TableWriter> open_table_writer(const Connection& connection, Cancellation& cancellation) {
    const auto name = detect_engine(connection, cancellation).name;
    if (name == "sqlite") return std::make_unique<SqliteWriter>(sqlite_path(connection.host), cancellation);
    if (name == "mysql") return std::make_unique<MysqlWriter>(mysql_target(connection), cancellation);
    throw Error(ErrorClass::invalid, fmt::format("exports to {} cannot be made here yet", name),
                "the engines that take exports: mysql, sqlite");
}

}  // namespace prevision::sources
