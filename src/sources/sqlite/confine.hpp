#pragma once

#include "sqlite/sqlite.hpp"

namespace prevision::sources::sqlite {

enum class Access {
    read,
    write,  ///< rows may be inserted and deleted and tables created; the file's own triggers run
};

/// Confines a connection to the data of its one file, even when the file or the statements are hostile: no other
/// file, no extension, no setting, no change of the schema by hand, and with `Access::read` no change at all.
/// Bounds the time of its functions, and the memory that SQLite takes in this process.
/// See https://sqlite.org/security.html.
void confine(sqlite3* database, Access access);

}  // namespace prevision::sources::sqlite
