#include "sqlite/sqlite.hpp"

namespace prevision::sqlite {

namespace {

void check(sqlite3* database, int code) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    const int extended = database != nullptr ? sqlite3_extended_errcode(database) : code;
    throw SqliteError(extended, database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code),
                      database != nullptr ? sqlite3_system_errno(database) : 0);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    check(database,
          sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
    statement_.reset(statement);
}

// An empty text may have a null pointer, which SQLite would bind as NULL.
Statement& Statement::bind(int index, std::string_view text) {
    check(database_, sqlite3_bind_text64(handle(), index, text.data() != nullptr ? text.data() : "",
                                         text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
    check(database_, sqlite3_bind_int64(handle(), index, value));
    return *this;
}

Statement& Statement::bind(int index, double value) {
    check(database_, sqlite3_bind_double(handle(), index, value));
    return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    check(database_, sqlite3_bind_blob64(handle(), index, bytes.data() != nullptr ? bytes.data() : "",
                                         bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bind_null(int index) {
    check(database_, sqlite3_bind_null(handle(), index));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(handle());
    check(database_, code);
    return code == SQLITE_ROW;
}

void Statement::reset() {
    sqlite3_reset(handle());
    sqlite3_clear_bindings(handle());
}

void Statement::run() {
    while (step()) {
    }
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle(), column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle(), column); }

std::string Statement::text(int column) const { return std::string(view(column)); }

std::string_view Statement::view(int column) const {
    const void* bytes = sqlite3_column_blob(handle(), column);
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

Database::Database(const std::filesystem::path& path, int flags) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &database, flags | SQLITE_OPEN_EXRESCODE, nullptr);
    database_.reset(database);
    check(database, code);
}

Statement Database::prepare(std::string_view sql) { return {handle(), sql}; }

void Database::execute(const std::string& sql) {
    check(handle(), sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle()); }

void Database::set_busy_timeout(std::chrono::milliseconds timeout) {
    check(handle(), sqlite3_busy_timeout(handle(), static_cast<int>(timeout.count())));
}

Transaction::Transaction(Database& database, Mode mode) : database_(database) {
    database_.execute(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

}  // namespace prevision::sqlite
