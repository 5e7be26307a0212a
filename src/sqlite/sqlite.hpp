#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sqlite3.h>

/// RAII over SQLite's C interface, for the platform's store and for SQLite files as a source.
namespace prevision::sqlite {

/// A failed call; `code` is SQLite's extended result code.
class SqliteError : public std::runtime_error {
  public:
    SqliteError(int code, const std::string& message, int system_error = 0)
        : std::runtime_error(message), code_(code), system_error_(system_error) {}
    [[nodiscard]] int code() const { return code_; }
    [[nodiscard]] int primary_code() const { return code_ & 0xff; }

    /// The errno of a failed open, read or write of a file; 0 if there is none.
    [[nodiscard]] int system_error() const { return system_error_; }

  private:
    int code_;
    int system_error_;
};

/// A prepared statement. Parameters count from 1, columns from 0. Must not outlive its Database.
class Statement {
  public:
    Statement(sqlite3* database, std::string_view sql);

    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, double value);
    Statement& bind_blob(int index, std::string_view bytes);
    Statement& bind_null(int index);

    /// Steps to the next row; false when there is none. Throws SqliteError.
    bool step();
    void reset();

    /// Runs a statement without rows.
    void run();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;  ///< empty for NULL
    /// The same without a copy, until the next step.
    [[nodiscard]] std::string_view view(int column) const;
    [[nodiscard]] sqlite3_stmt* handle() const { return statement_.get(); }

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// An open database. One thread at a time.
class Database {
  public:
    /// `flags` are SQLITE_OPEN_…. Throws SqliteError.
    Database(const std::filesystem::path& path, int flags);

    Statement prepare(std::string_view sql);
    void execute(const std::string& sql);
    [[nodiscard]] std::int64_t changes() const;

    /// How long a call waits for a lock that another connection holds. Without it, a call does not wait.
    void set_busy_timeout(std::chrono::milliseconds timeout);
    [[nodiscard]] sqlite3* handle() const { return database_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    std::unique_ptr<sqlite3, Close> database_;
};

/// BEGIN and COMMIT; destruction without `commit` rolls back.
class Transaction {
  public:
    /// A writer takes the write lock at the start, so that no later statement fails to get it; a reader sees
    /// one state of the database throughout.
    enum class Mode { write, read };

    explicit Transaction(Database& database, Mode mode = Mode::write);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

}  // namespace prevision::sqlite
