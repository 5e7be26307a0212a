#include "sources/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sources/postgres/catalog.hpp"
#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/session.hpp"
#include "sources/postgres/value.hpp"
#include "sources/sql/insert_statement.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::postgres {

namespace {

class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<OutgoingColumn>& columns,
               WriteMode mode) override {
        const auto names = names_of(columns);
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
                                       column_list(names, SqlDialect::postgres, " text")));
            found = find_columns(client, table);
        }
        require_exact_name(client, table, ErrorClass::invalid);
        if (client.has_raw_text() && !target_.encoding.empty()) encoder_.emplace("UTF-8", target_.encoding);
        if (mode == WriteMode::replace)
            client.execute(fmt::format("DELETE FROM {}", quote_name(table)), Patience::working);
        begin_insert(quote_name(table), columns, found.value());
    }

    void row(std::span<const Value> values) override {
        cancellation_.check();
        ++rows_;
        literals_.clear();
        for (const auto& [place, kind, column] : columns_) {
            if (!literals_.empty()) literals_ += ',';
            const auto& value = values[place];
            if (value.is_null()) {
                literals_ += "NULL";
            } else if (const auto problem =
                           column.append(literals_, value.text(), value.is_text ? ValueKind::text : kind)) {
                refuse_value(client_->purpose(), column.name(), rows_, *problem);
            }
        }
        insert_.add(encoder_ ? encoded(literals_) : literals_);
        if (insert_.is_full()) client_->execute(insert_.take(), Patience::working);
    }

    void commit() override {
        if (!insert_.empty()) client_->execute(insert_.take(), Patience::working);
        client_->execute("COMMIT", Patience::working);
    }

  private:
    struct Written {
        std::size_t place;  ///< among the values of a row
        std::optional<ValueKind> kind;
        TargetColumn column;
    };

    // Generated columns are left out: the server computes the same values from the others.
    void begin_insert(const std::string& table, const std::vector<OutgoingColumn>& columns,
                      const std::vector<TableColumn>& found) {
        std::vector<std::string> names;
        bool has_identity = false;
        for (std::size_t at = 0; at < columns.size(); ++at) {
            const auto column = std::ranges::find(found, columns[at].name, &TableColumn::name);
            if (column == found.end()) {
                throw Error(ErrorClass::invalid,
                            fmt::format("{}: it has no column '{}'", client_->purpose(), columns[at].name),
                            "names are taken as they are; the server cuts those of more than 63 bytes");
            }
            if (column->is_generated) continue;
            has_identity = has_identity || column->is_identity;
            columns_.push_back({at, columns[at].kind, TargetColumn(column->name, column->type)});
            names.push_back(column->name);
        }
        if (names.empty()) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: the server generates all of its columns", client_->purpose()));
        }
        insert_ = InsertStatement(fmt::format("INSERT INTO {} ({}){} VALUES ", table,
                                              column_list(names, SqlDialect::postgres, ""),
                                              has_identity ? " OVERRIDING SYSTEM VALUE" : ""));
    }

    std::string encoded(std::string_view text) {
        if (auto bytes = encoder_->convert(text)) return *bytes;
        throw Error(ErrorClass::invalid, fmt::format("{}: row {} has characters that {} does not have",
                                                     client_->purpose(), rows_, target_.encoding));
    }

    Target target_;
    Cancellation& cancellation_;
    std::optional<Client> client_;
    std::optional<TextConverter> encoder_;
    std::vector<Written> columns_;
    std::string literals_;
    std::uint64_t rows_ = 0;
    InsertStatement insert_;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::postgres
