#include "sources/mysql/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"
#include "sources/mysql/foreign_keys.hpp"
#include "sources/mysql/name.hpp"
#include "sources/mysql/reader.hpp"
#include "sources/mysql/session.hpp"
#include "sources/mysql/value.hpp"
#include "sources/sql/insert_statement.hpp"

namespace prevision::sources::mysql {

namespace {

/// Writes into an existing table within one transaction, and into a new one under another name, which becomes
/// its own at the end.
class Writer final : public TableWriter {
  public:
    Writer(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation), client_(target_, cancellation) {}

    ~Writer() override {
        if (!staged_.empty()) drop_staged();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void begin(const Location& location, const std::vector<OutgoingColumn>& columns,
               WriteMode mode) override {
        table_ = quote_table(location.database, location.table, ErrorClass::invalid);
        for (const auto& name : names_of(columns)) quote_name(name, "column", ErrorClass::invalid);
        client_.connect();
        prepare_session(client_, SessionUse::write, target_);
        client_.set_purpose(fmt::format("cannot write to {}.{}", location.database, location.table),
                            ErrorClass::invalid);
        client_.for_each_row("SELECT @@max_allowed_packet", [&](auto row) {
            longest_statement_ =
                static_cast<std::size_t>(parse_integer(row[0].text()).value_or(0)) - packet_head;
        });
        if (!target_.encoding.empty()) encoder_.emplace("UTF-8", target_.encoding);
        auto written = table_;
        if (exists(location)) {
            if (mode == WriteMode::replace) {
                refuse_cascades(client_, location);
                client_.execute(fmt::format("DELETE FROM {}", table_), Patience::working);
            }
        } else {
            written =
                quote_table(location.database, fmt::format("prevision_{}", new_id()), ErrorClass::invalid);
            client_.execute(fmt::format("CREATE TABLE {} ({}) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4",
                                        written,
                                        column_list(names_of(columns), SqlDialect::mysql, " LONGTEXT")));
            staged_ = written;
            encoder_.reset();  // the new table's text is UTF-8
        }
        find_columns(written, columns);
        std::vector<std::string> names;
        for (const auto& column : columns_) {
            if (!column.is_generated()) names.push_back(column.name());
        }
        insert_ = InsertStatement(
            fmt::format("INSERT INTO {} ({}) VALUES ", written, column_list(names, SqlDialect::mysql, "")));
    }

    void row(std::span<const Value> values) override {
        cancellation_.check();
        ++rows_;
        literals_.clear();
        for (std::size_t at = 0; at < values.size(); ++at) {
            const auto& column = columns_[at];
            if (column.is_generated()) continue;
            if (!literals_.empty()) literals_ += ',';
            if (const auto problem = column.append(literals_, values[at], encoder_ ? &*encoder_ : nullptr))
                refuse_value(client_.purpose(), column.name(), rows_, *problem);
        }
        if (!insert_.empty() && insert_.size() + literals_.size() > longest_statement_) send();
        insert_.add(literals_);
        if (insert_.size() > longest_statement_) refuse_row();
        if (insert_.is_full()) send();
    }

    void commit() override {
        if (!insert_.empty()) send();
        client_.execute("COMMIT", Patience::working);
        if (staged_.empty()) return;
        client_.execute(fmt::format("RENAME TABLE {} TO {}", staged_, table_));
        staged_.clear();
    }

  private:
    void send() {
        client_.execute(insert_.take(), Patience::working);
        client_.check_warnings();
    }

    // The server would end the connection.
    [[noreturn]] void refuse_row() {
        throw Error(
            ErrorClass::invalid,
            fmt::format("{}: row {} needs a statement of {} bytes, and the server's max_allowed_packet is {}",
                        client_.purpose(), rows_, insert_.size(), longest_statement_ + packet_head),
            "let the server's administrator raise max_allowed_packet");
    }

    // Error invalid when the table cannot roll back: a sequence cannot, whatever its engine.
    bool exists(const Location& location) {
        std::optional<std::string> engine;
        const auto text = [](const std::string& value) { return fmt::format("x'{}'", to_hex(value)); };
        client_.for_each_row(
            fmt::format(
                "SELECT IF(t.table_type LIKE '%VIEW' OR t.table_type = 'SEQUENCE', t.table_type, t.engine), "
                "t.table_type NOT LIKE '%VIEW' AND t.table_type <> 'SEQUENCE' AND e.transactions = 'YES' FROM "
                "information_schema.tables t LEFT JOIN information_schema.engines e ON "
                "e.engine = t.engine WHERE t.table_schema = CONVERT({0} USING utf8mb4) AND "
                "t.table_name = CONVERT({1} USING utf8mb4) AND (BINARY t.table_name = {1} OR "
                "@@lower_case_table_names > 0)",
                text(location.database), text(location.table)),
            [&](auto row) {
                const bool can_roll_back = row[1].text() == "1";
                engine = can_roll_back ? "" : std::string(row[0].text());
            });
        if (engine && !engine->empty()) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: a table of the kind {} cannot roll back a write that fails",
                                    client_.purpose(), *engine),
                        "change its engine to InnoDB, or export into a new table");
        }
        return engine.has_value();
    }

    void find_columns(const std::string& table, const std::vector<OutgoingColumn>& columns) {
        const auto found = list_declared(client_, table);
        for (const auto& [name, kind] : columns) {
            const auto same = std::ranges::find_if(
                found, [&](const auto& column) { return equal_ignoring_case(column.name, name); });
            columns_.push_back(same != found.end()
                                   ? TargetColumn(same->name, same->type, same->extra, same->nullable, kind)
                                   : TargetColumn(name, "", "", true, kind));
        }
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
    std::optional<TextConverter> encoder_;
    std::string literals_;
    std::uint64_t rows_ = 0;
    static constexpr std::size_t packet_head =
        64;  ///< what a statement's packet holds beside the rows, and more
    std::size_t longest_statement_ = 0;
    InsertStatement insert_;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_target(connection), cancellation);
}

}  // namespace prevision::sources::mysql
