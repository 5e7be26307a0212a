#include "sources/sqlite/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/sql/text_converter.hpp"
#include "sources/sqlite/catalog.hpp"
#include "sources/sqlite/confine.hpp"
#include "sources/sqlite/file.hpp"
#include "sources/sqlite/value.hpp"

namespace prevision::sources::sqlite {

namespace {

class Writer final : public TableWriter {
  public:
    Writer(std::filesystem::path path, std::string encoding, Limits limits)
        : path_(std::move(path)), encoding_(std::move(encoding)), limits_(std::move(limits)) {}

    void begin(const Location& location, const std::vector<OutgoingColumn>& columns,
               WriteMode mode) override {
        const auto names = names_of(columns);
        const auto table = quote_identifier(location.table, SqlDialect::sqlite, "table");
        const auto real = check_local_file(limits_.reach, path_);
        check_file(real);
        run([&] {
            database_.emplace(real, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
            limits_.set(*database_);
            confine(database_->handle(), Access::write);
            transaction_.emplace(*database_);
            database_->execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                           column_list(names, SqlDialect::sqlite, " TEXT")));
            if (mode == WriteMode::replace) database_->execute(fmt::format("DELETE FROM {}", table));
            if (!encoding_.empty() && has_raw_text(*database_)) encoder_.emplace("UTF-8", encoding_);
            find_columns(location.table, columns);
            std::vector<std::string> written;
            for (const auto& column : columns_) {
                if (column) written.push_back(column->name());
            }
            const std::vector<std::string> marks(written.size(), "?");
            insert_.emplace(database_->prepare(fmt::format(
                "INSERT{} INTO {} ({}) VALUES ({})", resolves_conflicts(location.table) ? " OR ABORT" : "",
                table, column_list(written, SqlDialect::sqlite, ""), join(marks, ", "))));
        });
    }

    void row(std::span<const Value> values) override {
        limits_.cancellation.check();
        ++rows_;
        run([&] {
            insert_->reset();
            int index = 1;
            for (std::size_t at = 0; at < values.size(); ++at) {
                if (!columns_[at]) continue;
                const auto problem =
                    columns_[at]->bind(*insert_, index++, values[at], encoder_ ? &*encoder_ : nullptr);
                if (problem)
                    refuse_value("cannot write to " + path_.string(), columns_[at]->name(), rows_, *problem);
            }
            insert_->run();
            if (database_->changes() != 1) refuse_loss();
        });
    }

    void commit() override {
        run([&] {
            insert_.reset();
            transaction_->commit();
        });
    }

  private:
    // Whether the table's definition may drop a row, or another row for it (ON CONFLICT IGNORE or REPLACE). "OR ABORT"
    // makes that an error, also in the statements of the table's triggers, and is left out elsewhere for their sake.
    bool resolves_conflicts(const std::string& table) {
        auto search = database_->prepare(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE AND sql LIKE '%CONFLICT%'");
        search.bind(1, table);
        return search.step();
    }

    [[noreturn]] void refuse_loss() const {
        throw Error(
            ErrorClass::invalid,
            fmt::format(
                "cannot write to {}: row {} was not stored: a trigger of the table drops it or stores it "
                "elsewhere",
                path_.string(), rows_),
            "drop the trigger, or export into another table");
    }

    // The columns of the values; nothing for a generated one, whose values SQLite computes.
    void find_columns(const std::string& table, const std::vector<OutgoingColumn>& columns) {
        const auto nullable = find_nullable(*database_, table);
        auto search = database_->prepare(
            "SELECT c.type, c.hidden IN (2, 3), t.strict, c.name FROM pragma_table_xinfo(?1) c, pragma_table_list(?1) t "
            "WHERE t.schema = 'main' AND c.name = ?2 COLLATE NOCASE");
        for (const auto& [name, kind] : columns) {
            search.reset();
            search.bind(1, table).bind(2, name);
            const bool found = search.step();
            auto& column = columns_.emplace_back();
            if (found && search.integer(1) != 0) continue;
            // A name that is not among the columns is one of the row id.
            column.emplace(name, found ? search.text(0) : "", found && search.integer(2) != 0,
                           found && nullable.at(search.text(3)), kind);
        }
    }

    template <typename Action>
    void run(const Action& action) {
        try {
            action();
        } catch (const SqliteError& error) {
            limits_.cancellation.check();
            throw describe(error, path_, "cannot write to");
        }
    }

    std::filesystem::path path_;
    std::string encoding_;
    Limits limits_;
    std::optional<TextConverter> encoder_;
    std::optional<Database> database_;
    std::optional<Transaction> transaction_;
    std::optional<Statement> insert_;
    std::vector<std::optional<TargetColumn>> columns_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_path(connection.host), parse_encoding(connection),
                                    limits_of(connection, cancellation));
}

}  // namespace prevision::sources::sqlite
