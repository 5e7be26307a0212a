#include "sources/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sources/postgres/catalog.hpp"
#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/session.hpp"
#include "sources/sql/insert_statement.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::postgres {

namespace {

class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = parse_name(location.table);
        auto& client = client_.emplace(target_, location.database, cancellation_);
        client.begin();
        client.log_in();
        begin_writing(client);
        client.set_purpose(
            fmt::format("cannot write to the table '{}' of '{}'", location.table, location.database),
            ErrorClass::invalid);
        auto found = find_columns(client, table);
        if (!found) {
            client.execute(fmt::format("CREATE TABLE {} ({})", quote_name(table),
                                       column_list(columns, SqlDialect::postgres, " text")));
            found = find_columns(client, table);
        }
        require_exact_name(client, table, ErrorClass::invalid);
        if (client.has_raw_text() && !target_.encoding.empty()) encoder_.emplace("UTF-8", target_.encoding);
        if (mode == WriteMode::replace)
            client.execute(fmt::format("DELETE FROM {}", quote_name(table)), Patience::unlimited);
        begin_insert(quote_name(table), columns, found.value());
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        // It would end the statement.
        if (std::ranges::any_of(
                values, [](const auto& value) { return value && value->find('\0') != std::string::npos; })) {
            throw Error(ErrorClass::invalid, fmt::format("{}: a value holds a NUL byte, which no text of "
                                                         "PostgreSQL can hold",
                                                         client_->purpose()));
        }
        written_.clear();
        for (const auto at : columns_) written_.push_back(encoded(values[at]));
        insert_.add(written_);
        if (insert_.is_full()) client_->execute(insert_.take(), Patience::unlimited);
    }

    void commit() override {
        if (!insert_.empty()) client_->execute(insert_.take(), Patience::unlimited);
        client_->execute("COMMIT", Patience::unlimited);
    }

  private:
    // Generated columns are left out: the server computes the same values from the others.
    void begin_insert(const std::string& table, const std::vector<std::string>& columns,
                      const std::vector<TargetColumn>& found) {
        std::vector<std::string> names;
        std::vector<std::string> casts;
        bool has_identity = false;
        for (std::size_t at = 0; at < columns.size(); ++at) {
            const auto column = std::ranges::find(found, columns[at], &TargetColumn::name);
            if (column == found.end()) {
                throw Error(ErrorClass::invalid,
                            fmt::format("{}: it has no column '{}'", client_->purpose(), columns[at]),
                            "names are taken as they are; the server cuts those of more than 63 bytes");
            }
            if (column->is_generated) continue;
            has_identity = has_identity || column->is_identity;
            columns_.push_back(at);
            names.push_back(columns[at]);
            casts.emplace_back(column->is_money ? "::numeric" : "");  // a number that no locale changes
        }
        if (names.empty()) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: the server generates all of its columns", client_->purpose()));
        }
        insert_ = InsertStatement(
            fmt::format("INSERT INTO {} ({}){} VALUES ", table, column_list(names, SqlDialect::postgres, ""),
                        has_identity ? " OVERRIDING SYSTEM VALUE" : ""),
            std::move(casts));
    }

    std::optional<std::string> encoded(const std::optional<std::string>& value) {
        if (!value || !encoder_) return value;
        auto bytes = encoder_->convert(*value);
        if (bytes) return bytes;
        throw Error(ErrorClass::invalid, fmt::format("{}: a value has characters that {} does not have",
                                                     client_->purpose(), target_.encoding));
    }

    Target target_;
    Cancellation& cancellation_;
    std::optional<Client> client_;
    std::optional<TextConverter> encoder_;
    std::vector<std::size_t> columns_;  ///< the places of those that are written
    std::vector<std::optional<std::string>> written_;
    InsertStatement insert_{""};
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::postgres
