#include "sources/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sources/postgres/catalog.hpp"
#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/replacing.hpp"
#include "sources/postgres/session.hpp"
#include "sources/postgres/value.hpp"
#include "sources/sql/insert_statement.hpp"

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
        const auto relation = find_or_create(table, names);
        require_safe_settings(client, Use::writing);
        begin_insert(quote_name(relation.name), columns, find_columns(client, relation));
        const bool has_names = holds_names(client, relation);
        if (mode == WriteMode::replace) delete_rows(client, relation);
        // Triggers expect the role's search_path; names within values are complete.
        if (!has_names) use_search_path(client, SearchPath::role);
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
        if (!client_->can_send(literals_)) {
            throw Error(ErrorClass::invalid, fmt::format("{}: row {} has characters that {} does not have",
                                                         client_->purpose(), rows_, target_.encoding));
        }
        insert_.add(literals_);
        if (insert_.is_full()) flush();
    }

    void commit() override {
        if (!insert_.empty()) flush();
        client_->execute("COMMIT", Patience::working);
    }

  private:
    struct Written {
        std::size_t place;  ///< among the values of a row
        std::optional<ValueKind> kind;
        TargetColumn column;
    };

    Relation find_or_create(const TableName& table, const std::vector<std::string>& columns) {
        auto& client = client_.value();
        if (const auto found = find_relation(client, table, ErrorClass::invalid)) return *found;
        use_search_path(client, SearchPath::role);
        client.execute(fmt::format("CREATE TABLE {} ({})", quote_name(table),
                                   column_list(columns, SqlDialect::postgres, " pg_catalog.text")));
        return find_relation(client, table, ErrorClass::invalid).value();
    }

    void flush() {
        const auto sent = rows_ - flushed_;
        const auto written = client_->execute(insert_.take(), Patience::working);
        flushed_ = rows_;
        if (written == sent) return;
        throw Error(
            ErrorClass::invalid,
            fmt::format(
                "{}: of the {} rows up to row {} the server wrote {}: a trigger or a rule of the table "
                "leaves out the others",
                client_->purpose(), sent, rows_, written),
            "export into a table that keeps all rows, or leave them out of the dataset");
    }

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

    Target target_;
    Cancellation& cancellation_;
    std::optional<Client> client_;
    std::vector<Written> columns_;
    std::string literals_;
    std::uint64_t rows_ = 0;
    std::uint64_t flushed_ = 0;
    InsertStatement insert_;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::postgres
