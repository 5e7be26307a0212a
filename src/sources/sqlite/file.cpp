#include "sources/sqlite/file.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include "core/file.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"
#include "sources/sqlite/confine.hpp"

namespace prevision::sources::sqlite {

namespace {

[[noreturn]] void refuse_relative(std::string_view path) {
    const auto whole = std::filesystem::absolute(path).lexically_normal().string();
    refuse_field("host", "a SQLite file needs its absolute path",
                 fmt::format("write the whole path: sqlite://{}", whole));
}

Error cannot_read(const std::filesystem::path& path, int reason) {
    const bool missing = reason == ENOENT || reason == ENOTDIR;
    const bool refused = reason == EACCES || reason == EPERM;
    return {missing   ? ErrorClass::not_found
            : refused ? ErrorClass::auth
                      : ErrorClass::unreachable,
            fmt::format("cannot read {}: {}", path.string(), system_message(reason)),
            missing   ? "check the path of the connector's host"
            : refused ? "let the user that runs this read the file and search its folders"
                      : ""};
}

// Waits a little for another program's lock; SQLite calls it again after a 1.
int wait_for_lock(void* context, int earlier_waits) {
    constexpr int pause = 10;
    const auto& limits = *static_cast<const Limits*>(context);
    const bool is_over =
        limits.longest_lock.count() > 0 && std::int64_t{earlier_waits} * pause >= limits.longest_lock.count();
    if (limits.cancellation.cancelled() || is_over) return 0;
    ::poll(nullptr, 0, pause);
    return 1;
}

int stop_when_cancelled(void* context) {
    return static_cast<const Limits*>(context)->cancellation.cancelled() ? 1 : 0;
}

struct Meaning {
    ErrorClass error_class;
    std::string_view hint = {};
};

Meaning explain(const SqliteError& error) {
    switch (error.primary_code()) {
        case SQLITE_NOTADB:
            return {ErrorClass::invalid, "check the path; an encrypted database cannot be read"};
        case SQLITE_CORRUPT:
            return {ErrorClass::integrity};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorClass::unreachable,
                    "another program is writing to it: try again later, or wait longer with --timeout"};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return {
                ErrorClass::unreachable,
                "a program left it half-written or in WAL mode: open it once with one that may write to it"};
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG:
        case SQLITE_AUTH:
            return {ErrorClass::invalid};
        case SQLITE_NOMEM:
            return {ErrorClass::invalid, "ask for less at a time: SQLite may use no more memory"};
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_PROTOCOL:
            return {ErrorClass::unreachable};
        default:
            return {ErrorClass::internal};
    }
}

}  // namespace

std::filesystem::path parse_path(const std::string& host) {
    if (!host.starts_with('/') && host.find("://") == std::string::npos) refuse_relative(host);
    const Host parts = parse_host(host);
    if (!parts.scheme.empty() && parts.scheme != "sqlite") {
        refuse_field("host", fmt::format("the scheme of a SQLite file is not '{}'", parts.scheme),
                     "write the whole path: sqlite:///absolute/path");
    }
    if (!parts.name.empty()) refuse_relative(parts.name + parts.path);
    return parts.path;
}

std::uintmax_t check_file(const std::filesystem::path& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) throw cannot_read(path, ENOENT);
    if (failure) throw cannot_read(path, failure.value());
    if (std::filesystem::is_directory(status)) {
        refuse_field("host", fmt::format("{} is a folder", path.string()), "name the SQLite file in it");
    }
    if (!std::filesystem::is_regular_file(status))
        refuse_field("host", fmt::format("{} is not a file", path.string()));
    const auto size = std::filesystem::file_size(path, failure);
    if (failure) throw cannot_read(path, failure.value());
    return size;
}

void Limits::set(Database& database) {
    sqlite3_busy_handler(database.handle(), wait_for_lock, this);
    sqlite3_progress_handler(database.handle(), 10'000, stop_when_cancelled, this);
}

Limits limits_of(const Connection& connection, Cancellation& cancellation) {
    return {.cancellation = cancellation, .longest_lock = connection.wait_limit, .reach = connection.reach};
}

Database open_for_reading(const std::filesystem::path& path, Limits& limits) {
    const auto real = check_local_file(limits.reach, path);
    check_file(real);
    try {
        Database database(real, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW);
        limits.set(database);
        confine(database.handle(), Access::read);
        return database;
    } catch (const SqliteError& error) {
        if (error.system_error() != 0) throw cannot_read(path, error.system_error());
        throw describe(error, path);
    }
}

bool has_raw_text(Database& database) {
    auto encoding = database.prepare("PRAGMA encoding");
    return encoding.step() && encoding.text(0) == "UTF-8";
}

std::string write_real(double value) {
    std::array<char, 32> written{};
    auto* const end = std::to_chars(written.data(), written.data() + written.size(), value).ptr;
    std::string text(written.data(), end);
    const bool looks_whole = text.find_first_not_of("-0123456789") == std::string::npos;
    return looks_whole ? text + ".0" : text;
}

Error describe(const SqliteError& error, const std::filesystem::path& path, std::string_view action) {
    auto [error_class, hint] = explain(error);
    if (error.primary_code() == SQLITE_ERROR)
        error_class = ErrorClass::invalid;  // a view or table that cannot work
    const bool is_database = error.primary_code() != SQLITE_NOTADB;
    return {error_class,
            is_database ? fmt::format("{} {}: {}", action, path.string(), error.what())
                        : fmt::format("invalid host: {} is not a SQLite database", path.string()),
            std::string(hint)};
}

}  // namespace prevision::sources::sqlite
