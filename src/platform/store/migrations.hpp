#pragma once

#include <cstdint>

#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// The version of the store's layout that this program uses.
std::int64_t newest_version();

/// The version of a store; 0 for an empty database. Error integrity when the database is not a store of
/// this program. Throws SqliteError.
std::int64_t read_version(sqlite::Database& database);

/// Brings a store to the newest version, all or nothing. Several processes may call it at once. Error invalid when
/// the store is newer than this program. Throws SqliteError.
void migrate(sqlite::Database& database);

}  // namespace prevision::platform
