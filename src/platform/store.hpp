#pragma once

#include <filesystem>
#include <mutex>
#include <type_traits>

#include "core/clock.hpp"
#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// The platform's state: one SQLite file, that many processes may use at once. Safe on any thread. What the
/// tables hold is in tables/, a file a table.
class Store {
  public:
    /// Opens the store, making it, with a project named "default", when it is not there. Error internal (not
    /// to be read or written), integrity (damaged), invalid (made by a newer program); each names the file.
    Store(std::filesystem::path file, const Clock& clock);

    /// Runs `action(database)` on one state of the store; it must only read. Error as the constructor's.
    template <typename Action>
    auto read(Action action) {
        const std::lock_guard lock(mutex_);
        try {
            sqlite::Transaction transaction(database_, sqlite::Transaction::Mode::read);
            return action(database_);
        } catch (const sqlite::SqliteError& error) {
            fail(error);
        }
    }

    /// Runs `action(database)`; what it changes is there when this returns, and undone when it throws.
    template <typename Action>
    auto write(Action action) {
        const std::lock_guard lock(mutex_);
        try {
            sqlite::Transaction transaction(database_);
            if constexpr (std::is_void_v<decltype(action(database_))>) {
                action(database_);
                transaction.commit();
            } else {
                auto result = action(database_);
                transaction.commit();
                return result;
            }
        } catch (const sqlite::SqliteError& error) {
            fail(error);
        }
    }

  private:
    [[noreturn]] void fail(const sqlite::SqliteError& error) const;

    std::filesystem::path file_;
    std::mutex mutex_;
    sqlite::Database database_;
};

}  // namespace prevision::platform
