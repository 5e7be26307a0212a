#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.hpp"
#include "sources/sqlite/file.hpp"

/// The schema of a file.
namespace prevision::sources::sqlite {

/// Tables and views, without SQLite's own.
std::vector<Entry> list_tables(Database& file);

/// The columns of a table. Error not_found when there is none of that name.
void list_columns(Database& file, const std::filesystem::path& path, const std::string& table,
                  const EntryObserver& each);

/// Error not_found when there is no table of that name: SQLite has no error code for that.
void check_table(Database& file, const std::filesystem::path& path, const std::string& table);

/// Which columns may hold NULL, by their names. A key of an ordinary table may, unless it is the row id: the only
/// column of the key, of type INTEGER, and without an index.
std::map<std::string, bool> find_nullable(Database& file, const std::string& table);

/// Throws Error not_found.
[[noreturn]] void throw_not_found(std::string_view action, std::string_view why);

}  // namespace prevision::sources::sqlite
