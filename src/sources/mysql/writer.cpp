#include "sources/mysql/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/mysql/client.hpp"
#include "sources/sql/insert_statement.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation), client_(target_, cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table =
            fmt::format("{}.{}", quote_identifier(location.database, SqlDialect::mysql, "database"),
                        quote_identifier(location.table, SqlDialect::mysql, "table"));
        client_.connect();
        client_.set_purpose(fmt::format("cannot write to {}.{}", location.database, location.table),
                            ErrorClass::invalid);
        // A value that does not fit its column is an error, and a backslash does not escape.
        client_.execute(
            "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', SESSION autocommit = 0");
        client_.execute("SET NAMES utf8mb4");
        client_.execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                    column_list(columns, SqlDialect::mysql, " LONGTEXT")));
        if (mode == WriteMode::replace) client_.execute(fmt::format("DELETE FROM {}", table));
        insert_ = InsertStatement(
            fmt::format("INSERT INTO {} ({}) VALUES ", table, column_list(columns, SqlDialect::mysql, "")));
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        insert_.add(values);
        if (insert_.is_full()) client_.execute(insert_.take());
    }

    void commit() override {
        if (!insert_.empty()) client_.execute(insert_.take());
        client_.execute("COMMIT");
    }

  private:
    Target target_;
    Cancellation& cancellation_;
    Client client_;
    InsertStatement insert_{""};
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::mysql
