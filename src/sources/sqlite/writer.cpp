#include "sources/sqlite/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/sql/text.hpp"
#include "sources/sqlite/file.hpp"

namespace prevision::sources::sqlite {

namespace {

constexpr std::chrono::seconds longest_lock{30};

class Writer final : public TableWriter {
  public:
    Writer(std::filesystem::path path, Cancellation& cancellation)
        : path_(std::move(path)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = quote_identifier(location.table, SqlDialect::sqlite, "table");
        check_file(path_);
        run([&] {
            database_.emplace(path_, SQLITE_OPEN_READWRITE);
            database_->set_busy_timeout(longest_lock);
            transaction_.emplace(*database_);
            database_->execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table,
                                           column_list(columns, SqlDialect::sqlite, " TEXT")));
            if (mode == WriteMode::replace) database_->execute(fmt::format("DELETE FROM {}", table));
            std::string marks;
            for (std::size_t i = 0; i < columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
            insert_.emplace(
                database_->prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", table,
                                               column_list(columns, SqlDialect::sqlite, ""), marks)));
        });
    }

    void row(std::span<const std::optional<std::string>> values) override {
        cancellation_.check();
        run([&] {
            insert_->reset();
            int index = 1;
            for (const auto& value : values) {
                if (value) {
                    insert_->bind(index, *value);
                } else {
                    insert_->bind_null(index);
                }
                ++index;
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
    template <typename Action>
    void run(const Action& action) {
        try {
            action();
        } catch (const SqliteError& error) {
            throw describe(error, path_, "cannot write to");
        }
    }

    std::filesystem::path path_;
    Cancellation& cancellation_;
    std::optional<Database> database_;
    std::optional<Transaction> transaction_;
    std::optional<Statement> insert_;
};

}  // namespace

std::unique_ptr<TableWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<Writer>(parse_path(connection.host), cancellation);
}

}  // namespace prevision::sources::sqlite
