#include "sources/sqlite/confine.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <unistd.h>

#include "core/text.hpp"
#include "sources/sqlite/bounded_functions.hpp"

namespace prevision::sources::sqlite {

namespace {

struct Switch {
    int option;
    int value;
};

// SQLite's switches that are set the same for every file.
constexpr std::array switches{
    Switch{SQLITE_DBCONFIG_DEFENSIVE, 1},  // no write to the schema table or to a shadow table
    Switch{SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    Switch{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    Switch{SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},  // it calls an address that it is given
    Switch{SQLITE_DBCONFIG_RESET_DATABASE, 0},
    Switch{SQLITE_DBCONFIG_ENABLE_FKEY, 0},  // replacing a table's rows would delete those of other tables
    // Without trust in the schema, SQLite 3.38 to 3.40 refuse every file with a JSON function in an index, a
    // view or a generated column. Trust is harmless here: the functions that this program registers compute
    // the same as SQLite's own, and SQLite's two dangerous functions are SQLITE_DIRECTONLY, so that no schema
    // can call them.
    Switch{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1},
};

// Bounds on what a hostile statement or schema can cost. Honest ones stay far below.
constexpr std::array limits{
    Switch{SQLITE_LIMIT_ATTACHED, 0},        Switch{SQLITE_LIMIT_SQL_LENGTH, 4'000'000},
    Switch{SQLITE_LIMIT_VDBE_OP, 5'000'000}, Switch{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 5'000},
    Switch{SQLITE_LIMIT_TRIGGER_DEPTH, 100}, Switch{SQLITE_LIMIT_WORKER_THREADS, 0},
};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, const char* name) {
    return name != nullptr &&
           std::ranges::any_of(names, [&](auto known) { return equal_ignoring_case(known, name); });
}

bool is_dangerous_function(const char* name) {
    constexpr std::array<std::string_view, 2> functions{"load_extension", "fts3_tokenizer"};
    return contains(functions, name);
}

// The first describe tables. The full-text modules ask for the page size and the data version of a table.
bool is_harmless_pragma(const char* name, const char* value) {
    constexpr std::array<std::string_view, 4> describing{"table_list", "table_info", "table_xinfo",
                                                         "index_list"};
    constexpr std::array<std::string_view, 3> reading{"page_size", "data_version", "encoding"};
    return contains(describing, name) || (contains(reading, name) && value == nullptr);
}

// Statements that SQLite prepares and does not run in a read-only file: opening an R-tree prepares the
// statements that would change it, and opening one of SQLite's own tables an entry for it in the schema.
bool is_prepared_by_sqlite(const char* table) {
    const std::string_view name = table != nullptr ? table : "";
    return name == "sqlite_master" || name.ends_with("_node") || name.ends_with("_rowid") ||
           name.ends_with("_parent");
}

int authorize_reading(void* /*context*/, int action, const char* first, const char* second,
                      const char* /*database*/, const char* /*trigger*/) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_RECURSIVE:
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_FUNCTION:
            return is_dangerous_function(second) ? SQLITE_DENY : SQLITE_OK;
        case SQLITE_PRAGMA:
            return is_harmless_pragma(first, second) ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
            return is_prepared_by_sqlite(first) ? SQLITE_OK : SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

int authorize_writing(void* /*context*/, int action, const char* first, const char* second,
                      const char* /*database*/, const char* /*trigger*/) {
    switch (action) {
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return SQLITE_DENY;
        case SQLITE_FUNCTION:
            return is_dangerous_function(second) ? SQLITE_DENY : SQLITE_OK;
        case SQLITE_PRAGMA:
            return is_harmless_pragma(first, second) ? SQLITE_OK : SQLITE_DENY;
        default:
            return SQLITE_OK;
    }
}

/// Bounds what SQLite may allocate in this process. A request of 1 KB, whose parts each name the one before twice, would
/// take all memory while it is prepared, which no handler can stop. The largest value has 1 GB.
void bound_memory() {
    constexpr sqlite3_int64 most = sqlite3_int64{2} << 30U;
    if (sqlite3_hard_heap_limit64(-1) != 0) return;
    const sqlite3_int64 half = sqlite3_int64{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE) / 2;
    sqlite3_hard_heap_limit64(half > 0 ? std::min(half, most) : most);
}

}  // namespace

void confine(sqlite3* database, Access access) {
    bound_memory();
    bound_functions(database);
    for (const auto& [option, value] : switches) sqlite3_db_config(database, option, value, nullptr);
    for (const auto& [limit, value] : limits) sqlite3_limit(database, limit, value);
    // Check the cells of a page before they are used, and never map a file that another program may truncate.
    sqlite3_exec(database, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", nullptr, nullptr, nullptr);
    if (access == Access::read) {
        sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
        sqlite3_exec(database, "PRAGMA query_only = ON", nullptr, nullptr, nullptr);
    }
    sqlite3_set_authorizer(database, access == Access::read ? authorize_reading : authorize_writing, nullptr);
}

}  // namespace prevision::sources::sqlite
