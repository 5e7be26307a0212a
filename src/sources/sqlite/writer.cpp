#include "sources/sqlite/writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "sources/sql/text.hpp"
#include "sources/sqlite/file.hpp"

namespace prevision::sources {

namespace {

constexpr std::chrono::seconds longest_lock{30};

class SqliteWriter final : public TableWriter {
  public:
    SqliteWriter(std::filesystem::path path, Cancellation& cancellation)
        : path_(std::move(path)), cancellation_(cancellation) {}

    void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) override {
        check_columns(columns);
        const auto table = quote_identifier(location.table, SqlDialect::sqlite, "table");
        check_sqlite_file(path_);
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
        } catch (const sqlite::SqliteError& error) {
            const auto read_error = describe(error, path_);
            throw Error(read_error.error_class(),
                        fmt::format("cannot write to {}: {}", path_.string(), error.what()),
                        read_error.hint());
        }
    }

    std::filesystem::path path_;
    Cancellation& cancellation_;
    std::optional<sqlite::Database> database_;
    std::optional<sqlite::Transaction> transaction_;
    std::optional<sqlite::Statement> insert_;
};

}  // namespace

std::unique_ptr<TableWriter> open_sqlite_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<SqliteWriter>(sqlite_path(connection.host), cancellation);
}

}  // namespace prevision::sources
