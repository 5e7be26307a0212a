#pragma once

#include "sqlite/sqlite.hpp"

namespace prevision::sources::sqlite {

/// Replaces the functions of SQLite whose time grows with the product of the sizes of two arguments (instr, replace,
/// LIKE, GLOB, trim, json_patch): SQLite cannot stop a function, so a request could keep a thread for hours on
/// values that it made itself. They give the same results, and fail beyond what takes about half a minute. Error internal where one cannot be replaced.
void bound_functions(sqlite3* database);

}  // namespace prevision::sources::sqlite
