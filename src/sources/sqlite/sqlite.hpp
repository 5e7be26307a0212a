#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

/// SQLite files.
///
/// A column of SQLite may hold values of any type: numbers, texts and bytes. So every column is of kind text:
/// integers are digits, REAL is in its shortest exact form, text is as it is stored, and a BLOB is `\x` and
/// hex digits, as binary is everywhere.
const Engine& sqlite_engine();

}  // namespace prevision::sources
