#include "platform/store/store.hpp"

#include <cerrno>
#include <chrono>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "platform/store/migrations.hpp"

namespace prevision::platform {

namespace {

constexpr std::chrono::seconds busy_timeout{30};

constexpr std::size_t most_idle_readers = 8;

constexpr auto damaged_hint =
    "restore the file from a backup, or move it away to begin with an empty platform";

Error store_error(const std::filesystem::path& file, const sqlite::SqliteError& error) {
    const auto reason =
        error.system_error() != 0 ? system_message(error.system_error()) : std::string(error.what());
    switch (error.primary_code()) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return {ErrorClass::integrity,
                    fmt::format("the store {} is damaged: {}", file.string(), error.what()), damaged_hint};
        case SQLITE_FULL:
            return {ErrorClass::internal,
                    fmt::format("cannot write the store {}: {}", file.string(), system_message(ENOSPC)),
                    "free some space, then try again"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorClass::internal,
                    fmt::format("cannot use the store {}: another process keeps it locked", file.string()),
                    "wait until the other process has ended, then try again"};
        case SQLITE_READONLY:
            return {ErrorClass::internal,
                    fmt::format("cannot write the store {}: {}", file.string(), error.what()),
                    "the file and its folder must be writable"};
        default:
            return {ErrorClass::internal, fmt::format("cannot use the store {}: {}", file.string(), reason)};
    }
}

/// The Error with the name of the file.
Error about(const std::filesystem::path& file, const Error& error) {
    return {error.error_class(), fmt::format("cannot use the store {}: {}", file.string(), error.what()),
            error.hint().empty() ? damaged_hint : error.hint()};
}

void set_up(sqlite::Database& database) {
    database.set_busy_timeout(busy_timeout);
    database.execute("PRAGMA foreign_keys = ON");
}

void insert_default_project(sqlite::Database& database, const Clock& clock) {
    auto statement = database.prepare(
        "INSERT INTO projects (id, name, description, color, created_at) VALUES (?, 'default', '', '', ?)");
    statement.bind(1, new_id()).bind(2, format_time(clock.now())).run();
}

/// A new file that only its owner may read. It is removed with the object.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {
        open_file(path_, O_RDWR | O_CREAT | O_EXCL);
    }
    ~TemporaryFile() {
        for (const auto* suffix : {"", "-wal", "-shm", "-journal"})
            ::unlink((path_.string() + suffix).c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Creates the store under another name and links it into its place, so that no other process sees an unfinished
/// one. It is written without syncs, and synced once when it is complete.
void create(const std::filesystem::path& file, const Clock& clock) {
    const TemporaryFile temporary(fmt::format("{}.{}.part", file.string(), new_id()));
    {
        sqlite::Database database(temporary.path(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
        database.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
        migrate(database);
        insert_default_project(database, clock);
        database.execute("PRAGMA journal_mode = WAL");
    }
    ::fsync(open_file(temporary.path(), O_RDWR).get());
    if (::link(temporary.path().c_str(), file.c_str()) != 0 && errno != EEXIST) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot create the store {}: {}", file.string(), system_message(errno)));
    }
    ::fsync(open_file(file.parent_path(), O_RDONLY | O_DIRECTORY).get());
}

sqlite::Database open(const std::filesystem::path& file, const Clock& clock) {
    try {
        if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) create(file, clock);
        sqlite::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
        set_up(database);
        return database;
    } catch (const sqlite::SqliteError& error) {
        throw store_error(file, error);
    }
}

}  // namespace

Store::Store(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)), database_(open(file_, clock)) {
    try {
        const auto version = read_version(database_);
        // `create` never leaves an empty store.
        if (version == 0) throw Error(ErrorClass::integrity, "it is damaged: it is empty");
        if (version != newest_version()) migrate(database_);
    } catch (const sqlite::SqliteError& error) {
        fail(error);
    } catch (const Error& error) {
        throw about(file_, error);
    }
}

std::unique_ptr<sqlite::Database> Store::take_reader() {
    {
        const std::lock_guard lock(readers_mutex_);
        if (!idle_readers_.empty()) {
            auto reader = std::move(idle_readers_.back());
            idle_readers_.pop_back();
            return reader;
        }
    }
    auto reader = std::make_unique<sqlite::Database>(file_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    set_up(*reader);
    return reader;
}

void Store::give_back(std::unique_ptr<sqlite::Database> reader) {
    const std::lock_guard lock(readers_mutex_);
    if (idle_readers_.size() < most_idle_readers) idle_readers_.push_back(std::move(reader));
}

void Store::fail(const sqlite::SqliteError& error) const { throw store_error(file_, error); }

}  // namespace prevision::platform
