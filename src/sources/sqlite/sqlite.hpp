#pragma once

#include "sources/registry.hpp"

namespace prevision::sources {

/// SQLite files, opened for reading only.
///
/// A column of SQLite promises nothing about its values: any may hold a number, a text or bytes. So every
/// column is of kind text: integers are digits, REAL is in its shortest exact form, text is as it is stored,
/// and a BLOB is written as `\x` and hex digits, as binary is everywhere.
const Engine& sqlite_engine();

}  // namespace prevision::sources
