#include "sources/sqlite/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/sql/text.hpp"
#include "sources/sqlite/confine.hpp"
#include "sources/sqlite/file.hpp"
#include "sources/sqlite/value.hpp"

namespace prevision::sources::sqlite {

namespace {

constexpr std::chrono::seconds longest_lock{30};

class Writer final : public TableWriter {
  public:
    Writer(std::filesystem::path path, Reach reach, Cancellation& cancellation)
        : path_(std::move(path)), reach_(std::move(reach)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = quote_identifier(location.table, SqlDialect::sqlite, "table");
        const auto real = check_local_file(reach_, path_);
        check_file(real);
        run([&] {
            database_.emplace(real, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
            database_->set_busy_timeout(longest_lock);
            confine(database_->handle(), Access::write);
            transaction_.emplace(*database_);
            database_->execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                           column_list(columns, SqlDialect::sqlite, " TEXT")));
            if (mode == WriteMode::replace) database_->execute(fmt::format("DELETE FROM {}", table));
            find_columns(location.table, columns);
            std::string names;
            std::string marks;
            for (const auto& column : columns_) {
                if (!column) continue;
                names += names.empty() ? "" : ", ";
                names += quote_identifier(column->name(), SqlDialect::sqlite, "column");
                marks += marks.empty() ? "?" : ", ?";
            }
            insert_.emplace(
                database_->prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, marks)));
        });
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        ++rows_;
        run([&] {
            insert_->reset();
            int index = 1;
            for (std::size_t at = 0; at < values.size(); ++at) {
                if (!columns_[at]) continue;
                if (const auto problem = columns_[at]->bind(*insert_, index++, values[at])) {
                    throw Error(ErrorClass::invalid,
                                fmt::format("cannot write to {}: the value of the column '{}' in row {} {}",
                                            path_.string(), columns_[at]->name(), rows_, *problem),
                                "give the table a column of type TEXT");
                }
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
    // The columns of the values; nothing for a generated one, whose values SQLite computes.
    void find_columns(const std::string& table, const std::vector<std::string>& names) {
        auto search = database_->prepare(
            "SELECT c.type, c.hidden IN (2, 3), t.strict FROM pragma_table_xinfo(?1) c, pragma_table_list(?1) t "
            "WHERE t.schema = 'main' AND c.name = ?2 COLLATE NOCASE");
        for (const auto& name : names) {
            search.reset();
            search.bind(1, table).bind(2, name);
            const bool found = search.step();
            auto& column = columns_.emplace_back();
            if (found && search.integer(1) != 0) continue;
            column.emplace(name, found ? search.text(0) : "", found && search.integer(2) != 0);
        }
    }

    template <typename Action>
    void run(const Action& action) {
        try {
            action();
        } catch (const SqliteError& error) {
            throw describe(error, path_, "cannot write to");
        }
    }

    std::filesystem::path path_;
    Reach reach_;
    Cancellation& cancellation_;
    std::optional<Database> database_;
    std::optional<Transaction> transaction_;
    std::optional<Statement> insert_;
    std::vector<std::optional<TargetColumn>> columns_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_path(connection.host), connection.reach, cancellation);
}

}  // namespace prevision::sources::sqlite
