#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "core/clock.hpp"
#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// The platform's state: one SQLite file, which several processes may use at once. Safe on any thread. tables/ has a
/// file for each table.
class Store {
  public:
    /// Opens the store, or creates it with a project named "default". Error internal when it cannot be read or
    /// written, integrity when it is damaged, invalid when a newer program made it; each names the file.
    Store(std::filesystem::path file, const Clock& clock);

    /// Runs `action(database)`, which must only read, on one consistent state of the store. Several readers run at
    /// once, each on its own connection. Errors as the constructor's.
    template <typename Action>
    auto read(Action action) {
        try {
            if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) {
                return read_from(database_, action);
            }
            const Reader reader(*this);
            return read_from(reader.database(), action);
        } catch (const sqlite::SqliteError& error) {
            fail(error);
        }
    }

    /// Runs `action(database)` in a transaction, which is committed when it returns and undone when it throws.
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

    /// Runs `action`. Its changes reach the disk together when this returns, and not one after another: after a power
    /// cut some of the last ones may be missing, each as a whole. Throws what the action throws.
    void write_in_bulk(const std::function<void()>& action);

  private:
    /// A connection for a reader while another thread uses `database_`: an idle one or a new one.
    class Reader {
      public:
        explicit Reader(Store& store) : store_(store), database_(store.take_reader()) {}
        ~Reader() { store_.give_back(std::move(database_)); }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        [[nodiscard]] sqlite::Database& database() const { return *database_; }

      private:
        Store& store_;
        std::unique_ptr<sqlite::Database> database_;
    };

    template <typename Action>
    static auto read_from(sqlite::Database& database, Action& action) {
        sqlite::Transaction transaction(database, sqlite::Transaction::Mode::read);
        return action(database);
    }

    std::unique_ptr<sqlite::Database> take_reader();
    void give_back(std::unique_ptr<sqlite::Database> reader);
    [[noreturn]] void fail(const sqlite::SqliteError& error) const;

    std::filesystem::path file_;
    bool read_only_ = false;  // the folder or the file cannot be written
    std::mutex mutex_;
    sqlite::Database database_;
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<sqlite::Database>> idle_readers_;
};

}  // namespace prevision::platform
