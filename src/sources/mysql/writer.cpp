#include "sources/mysql/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"
#include "sources/mysql/name.hpp"
#include "sources/mysql/session.hpp"
#include "sources/mysql/statement.hpp"
#include "sources/mysql/value.hpp"
#include "sources/sql/insert_statement.hpp"

namespace prevision::sources::mysql {

namespace {

/// Writes into a table that exists within one transaction, and a new one under another name, which becomes its
/// own at the end.
class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation), client_(target_, cancellation) {}

    ~Writer() override {
        if (!staged_.empty()) drop_staged();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        table_ = quote_table(location.database, location.table, ErrorClass::invalid);
        std::string list;
        for (const auto& column : columns) {
            list += list.empty() ? "" : ", ";
            list += quote_name(column, "column", ErrorClass::invalid) + " LONGTEXT";
        }
        client_.connect();
        client_.set_purpose(fmt::format("cannot write to {}.{}", location.database, location.table),
                            ErrorClass::invalid);
        prepare_session(client_, SessionUse::write, target_.connect_timeout);
        auto written = table_;
        if (exists(location)) {
            if (mode == WriteMode::replace) client_.execute(fmt::format("DELETE FROM {}", table_), true);
        } else {
            written =
                quote_table(location.database, fmt::format("prevision_{}", new_id()), ErrorClass::invalid);
            client_.execute(fmt::format("CREATE TABLE {} ({}) DEFAULT CHARACTER SET utf8mb4", written, list));
            staged_ = written;
        }
        find_columns(written, columns);
        insert_ = InsertStatement(fmt::format("INSERT INTO {} ({}) VALUES ", written, name_list()));
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        ++rows_;
        literals_.clear();
        for (std::size_t at = 0; at < values.size(); ++at) {
            const auto& column = columns_[at];
            if (column.is_generated()) continue;
            if (!literals_.empty()) literals_ += ',';
            if (const auto problem = column.append(literals_, values[at])) {
                throw Error(ErrorClass::invalid,
                            fmt::format("{}: the value of the column '{}' in row {} {}", client_.purpose(),
                                        column.name(), rows_, *problem),
                            "give the table a column that can hold it");
            }
        }
        insert_.add_literals(literals_);
        if (insert_.is_full()) send();
    }

    void commit() override {
        if (!insert_.empty()) send();
        client_.execute("COMMIT", true);
        if (staged_.empty()) return;
        client_.execute(fmt::format("RENAME TABLE {} TO {}", staged_, table_));
        staged_.clear();
    }

  private:
    void send() {
        client_.execute(insert_.take(), true);
        client_.check_warnings();
    }

    // Error invalid when what is there cannot take back what was written.
    bool exists(const Location& location) {
        std::optional<std::string> engine;
        const auto text = [](const std::string& value) { return fmt::format("x'{}'", to_hex(value)); };
        for_each_row(
            client_,
            fmt::format("SELECT COALESCE(t.engine, t.table_type), e.transactions FROM "
                        "information_schema.tables t LEFT JOIN information_schema.engines e ON "
                        "e.engine = t.engine WHERE t.table_schema = CONVERT({0} USING utf8mb4) AND "
                        "t.table_name = CONVERT({1} USING utf8mb4) AND (BINARY t.table_name = {1} OR "
                        "@@lower_case_table_names > 0)",
                        text(location.database), text(location.table)),
            [&](auto row) {
                const bool can_roll_back = row[1].text() == "YES";
                engine = can_roll_back ? "" : std::string(row[0].text());
            });
        if (engine && !engine->empty()) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: a table of the kind {} cannot take back a write that fails half-way",
                                    client_.purpose(), *engine),
                        "change its engine to InnoDB, or export into a new table");
        }
        return engine.has_value();
    }

    void find_columns(const std::string& table, const std::vector<std::string>& names) {
        std::vector<TargetColumn> found;
        for_each_row(client_, fmt::format("SHOW COLUMNS FROM {}", table), [&](auto row) {
            found.emplace_back(std::string(row[0].text()), row[1].text(), row[5].text());
        });
        for (const auto& name : names) {
            const auto same = std::ranges::find_if(
                found, [&](const auto& column) { return equal_ignoring_case(column.name(), name); });
            columns_.push_back(same != found.end() ? *same : TargetColumn(name, "", ""));
        }
    }

    [[nodiscard]] std::string name_list() const {
        std::string list;
        for (const auto& column : columns_) {
            if (column.is_generated()) continue;
            list += list.empty() ? "" : ", ";
            list += quote_identifier(column.name(), SqlDialect::mysql, "column");
        }
        return list;
    }

    // Best effort: the caller reports the original error.
    void drop_staged() noexcept {
        try {
            client_.execute(fmt::format("DROP TABLE {}", staged_));
        } catch (const Error&) {
        }
    }

    Target target_;
    Cancellation& cancellation_;
    Client client_;
    std::string table_;
    std::string staged_;  ///< the table that is renamed at the end; empty: the table existed
    std::vector<TargetColumn> columns_;
    std::string literals_;
    std::uint64_t rows_ = 0;
    InsertStatement insert_{""};
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::mysql
