#include "platform/store/store.hpp"

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
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
                    "the file and its folder must be writable for this; they can be read as they are"};
        default:
            return {ErrorClass::internal, fmt::format("cannot use the store {}: {}", file.string(), reason)};
    }
}

/// The Error with the name of the file.
Error about(const std::filesystem::path& file, const Error& error) {
    return {error.error_class(), fmt::format("cannot use the store {}: {}", file.string(), error.what()),
            error.hint().empty() ? damaged_hint : error.hint()};
}

void insert_default_project(sqlite::Database& database, const Clock& clock) {
    auto statement = database.prepare(
        "INSERT INTO projects (id, name, description, color, created_at) VALUES (?, 'default', '', '', ?)");
    statement.bind(1, new_id()).bind(2, format_time(clock.now())).run();
}

/// The content of a new store in WAL mode.
std::string new_store(const Clock& clock) {
    sqlite::Database database(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    migrate(database);
    insert_default_project(database, clock);
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(database.handle(), "main", &size, 0), &sqlite3_free);
    if (!bytes) throw sqlite::SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
    std::string content(reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
    // The write and the read version of the file format: 2 is WAL, which a database in memory cannot have.
    content.at(18) = content.at(19) = 2;
    return content;
}

/// Creates the store unless another process is faster. No process sees an unfinished one.
void create(const std::filesystem::path& file, const Clock& clock) {
    AtomicFile store(file, 0600);
    store.write(new_store(clock));
    store.commit_if_absent();
}

/// The store's name as SQLite's URI of a file that does not change.
std::string immutable_uri(const std::filesystem::path& file) {
    std::string uri = "file:";
    for (const char c : file.string())
        uri += c == '?' || c == '#' || c == '%' ? percent_encode({&c, 1}) : std::string(1, c);
    return uri + "?immutable=1";
}

/// A connection to the store. One that cannot be written is read without a lock; where changes wait in its log, SQLite
/// reads these too.
sqlite::Database connect(const std::filesystem::path& file, bool read_only) {
    std::error_code no_log;
    const bool has_log = std::filesystem::file_size(file.string() + "-wal", no_log) > 0 && !no_log;
    const bool immutable = read_only && !has_log;
    sqlite::Database database(immutable ? immutable_uri(file) : file.string(),
                              SQLITE_OPEN_NOMUTEX | (immutable ? SQLITE_OPEN_URI : 0) |
                                  (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE));
    database.set_busy_timeout(busy_timeout);
    database.execute("PRAGMA foreign_keys = ON");
    return database;
}

/// Whether SQLite needs to write beside the store, and cannot.
bool is_read_only(sqlite::Database& database) {
    try {
        database.prepare("SELECT 1 FROM sqlite_schema").step();
        return false;
    } catch (const sqlite::SqliteError& error) {
        if (error.primary_code() == SQLITE_CANTOPEN || error.primary_code() == SQLITE_READONLY) return true;
        throw;
    }
}

sqlite::Database open(const std::filesystem::path& file, const Clock& clock, bool& read_only) {
    try {
        if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) create(file, clock);
        auto database = connect(file, false);
        read_only = is_read_only(database);
        return read_only ? connect(file, true) : std::move(database);
    } catch (const sqlite::SqliteError& error) {
        throw store_error(file, error);
    }
}

}  // namespace

Store::Store(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)), database_(open(file_, clock, read_only_)) {
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

void Store::write_in_bulk(const std::function<void()>& action) {
    const auto set_synchronous = [this](const std::string& mode) {
        const std::lock_guard lock(mutex_);
        database_.execute("PRAGMA synchronous = " + mode);
    };
    const auto end = [&] {
        set_synchronous("FULL");
        std::error_code failure;
        const auto log = file_.string() + "-wal";
        if (!std::filesystem::exists(log, failure)) return;
        if (::fsync(open_file(log, O_RDONLY).get()) != 0) {
            throw Error(ErrorClass::internal,
                        fmt::format("cannot write the store {}: {}", file_.string(), system_message(errno)));
        }
    };
    set_synchronous("NORMAL");
    try {
        action();
    } catch (...) {
        end();
        throw;
    }
    end();
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
    return std::make_unique<sqlite::Database>(connect(file_, read_only_));
}

void Store::give_back(std::unique_ptr<sqlite::Database> reader) {
    const std::lock_guard lock(readers_mutex_);
    if (idle_readers_.size() < most_idle_readers) idle_readers_.push_back(std::move(reader));
}

void Store::fail(const sqlite::SqliteError& error) const { throw store_error(file_, error); }

}  // namespace prevision::platform
