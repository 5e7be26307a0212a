#pragma once

#include <cstdint>

#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// The version of the store's layout that this program makes and reads.
std::int64_t newest_version();

/// Which version a store has; 0 for an empty database. Error integrity when the database is not a store of
/// this program. Throws SqliteError.
std::int64_t read_version(sqlite::Database& database);

/// Brings a store to the newest version, all or nothing; many processes may try at once. Error invalid when
/// it is newer than this program knows. Throws SqliteError.
void migrate(sqlite::Database& database);

}  // namespace prevision::platform
