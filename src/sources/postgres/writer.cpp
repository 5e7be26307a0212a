#include "sources/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/sql/insert_statement.hpp"

namespace prevision::sources::postgres {

namespace {

class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = quote_name(parse_name(location.table));
        auto& connection = connection_.emplace(target_, location.database, cancellation_);
        connection.begin();
        connection.log_in();
        connection.set_purpose(
            fmt::format("cannot write to the table '{}' of '{}'", location.table, location.database),
            ErrorClass::invalid);
        connection.execute("BEGIN");
        connection.execute("SET LOCAL standard_conforming_strings = on");
        // No IF NOT EXISTS, which wants the right to create although there is nothing to create.
        const auto found = connection.query("SELECT to_regclass($1)", {table});
        if (found.text(0, 0).empty()) {
            connection.execute(fmt::format("CREATE TABLE {} ({})", table,
                                           column_list(columns, SqlDialect::postgres, " text")));
        }
        if (mode == WriteMode::replace) connection.execute(fmt::format("DELETE FROM {}", table));
        insert_ = InsertStatement(fmt::format("INSERT INTO {} ({}) VALUES ", table,
                                              column_list(columns, SqlDialect::postgres, "")));
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        // The statement would end there.
        if (std::ranges::any_of(
                values, [](const auto& value) { return value && value->find('\0') != std::string::npos; })) {
            throw Error(ErrorClass::invalid, fmt::format("{}: a value holds a NUL byte, which no text of "
                                                         "PostgreSQL can hold",
                                                         connection_->purpose()));
        }
        insert_.add(values);
        if (insert_.is_full()) connection_->execute(insert_.take());
    }

    void commit() override {
        if (!insert_.empty()) connection_->execute(insert_.take());
        connection_->execute("COMMIT");
    }

  private:
    Target target_;
    Cancellation& cancellation_;
    std::optional<Client> connection_;
    InsertStatement insert_{""};
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::postgres
