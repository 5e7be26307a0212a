#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "sqlite/sqlite.hpp"

/// A SQLite file of somebody else's: found, opened for reading, and its failures put in words.
namespace prevision::sources {

/// The file that a connection's host names: an absolute path, or a URL of one. Error invalid, naming the
/// field `host`, when it is neither; the hint then shows the absolute path.
std::filesystem::path sqlite_path(const std::string& host);

/// Throws Error not_found when nothing is there, auth when a folder on the way may not be searched, invalid
/// when it is no file. Returns the file's size in bytes.
std::uintmax_t check_sqlite_file(const std::filesystem::path& path);

/// What ends a call that works, or that waits for another program's lock.
struct SqliteLimits {
    Cancellation& cancellation;
    std::chrono::milliseconds longest_lock;
};

/// Opens it for reading: it is never made, and nothing in it is changed. `limits` must outlive the database.
/// Throws as `check_sqlite_file`, and Error auth when the file may not be read. Whether it is a database
/// shows when something is read from it.
sqlite::Database open_sqlite_file(const std::filesystem::path& path, SqliteLimits& limits);

/// What a failed call on the file means, in our words.
Error describe(const sqlite::SqliteError& error, const std::filesystem::path& path);

}  // namespace prevision::sources
