#include "sources/mysql/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/mysql/mysql.hpp"
#include "sources/sql/insert_statement.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

namespace {

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
        insert_ = InsertStatement(
            fmt::format("INSERT INTO {} ({}) VALUES ", table, column_list(columns, SqlDialect::mysql, "")));
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        insert_.add(values);
        if (insert_.is_full()) connection_.execute(insert_.take());
    }

    void commit() override {
        if (!insert_.empty()) connection_.execute(insert_.take());
        connection_.execute("COMMIT");
    }

  private:
    MysqlTarget target_;
    Cancellation& cancellation_;
    MysqlConnection connection_;
    InsertStatement insert_{""};
};

}  // namespace

std::unique_ptr<TableWriter> open_mysql_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<MysqlWriter>(mysql_target(connection), cancellation);
}

}  // namespace prevision::sources
