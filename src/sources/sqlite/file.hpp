#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "sources/reach.hpp"
#include "sources/source.hpp"
#include "sqlite/sqlite.hpp"

/// A SQLite file as a source or target: its path, opening it, and the meaning of its errors.
namespace prevision::sources::sqlite {

using prevision::sqlite::Database;
using prevision::sqlite::SqliteError;
using prevision::sqlite::Statement;
using prevision::sqlite::Transaction;

/// The file that a connection's host names: an absolute path, or a URL of one. Error invalid, naming the
/// field `host`, when it is neither; the hint then shows the absolute path.
std::filesystem::path parse_path(const std::string& host);

/// Returns the file's size in bytes. Error not_found when it does not exist, auth when a folder on the way may
/// not be searched, invalid when it is not a file.
std::uintmax_t check_file(const std::filesystem::path& path);

/// What ends a call that runs, or that waits for another program's lock.
struct Limits {
    Cancellation& cancellation;
    std::chrono::milliseconds longest_lock;  ///< 0 is without a limit
    Reach reach{};

    /// Sets them for a database, which they must outlive.
    void set(Database& database);
};

Limits limits_of(const Connection& connection, Cancellation& cancellation);

/// Opens the file for reading; nothing is created or changed. `limits` must outlive the database. Errors as
/// `check_file` and check_local_file, and auth when the file may not be read. Only the first read shows whether it is a database.
Database open_for_reading(const std::filesystem::path& path, Limits& limits);

/// Whether text is stored as bytes whose encoding SQLite does not check; else it is stored in UTF-16.
bool has_raw_text(Database& database);

/// A REAL in its shortest exact form, "2.0" or "1e+300", which is never that of an integer.
std::string write_real(double value);

/// The Error for a failed call on the file. `action` is "cannot read" or "cannot write to".
Error describe(const SqliteError& error, const std::filesystem::path& path,
               std::string_view action = "cannot read");

}  // namespace prevision::sources::sqlite
