#include "sources/sqlite/catalog.hpp"

#include <fmt/format.h>

#include "sources/sql/path.hpp"

namespace prevision::sources::sqlite {

std::vector<Entry> list_tables(Database& file) {
    std::vector<Entry> entries;
    auto statement = file.prepare(
        "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
    while (statement.step()) {
        const auto name = statement.text(0);
        entries.push_back({name, sql_path_part(name), statement.text(1) == "view" ? "view" : "table"});
    }
    return entries;
}

void list_columns(Database& file, const std::filesystem::path& path, const std::string& table,
                  const EntryObserver& each) {
    check_table(file, path, table);
    // table_info leaves out generated columns; 1 marks the hidden ones, which SELECT * leaves out too.
    auto statement = file.prepare("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1");
    statement.bind(1, table);
    while (statement.step()) {
        const auto name = statement.text(0);
        each({.name = name, .path = sql_path_part(name), .kind = "column", .detail = statement.text(1)});
    }
}

void check_table(Database& file, const std::filesystem::path& path, const std::string& table) {
    auto search =
        file.prepare("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE");
    search.bind(1, table);
    if (!search.step())
        throw_not_found(fmt::format("cannot read the table '{}'", table),
                        fmt::format("there is none in {}", path.string()));
}

std::map<std::string, bool> find_nullable(Database& file, const std::string& table) {
    std::map<std::string, bool> nullable;
    auto details = file.prepare(
        "SELECT name, \"notnull\" = 0 AND NOT (pk = 1 AND upper(type) = 'INTEGER' AND "
        "(SELECT max(pk) FROM pragma_table_xinfo(?1)) = 1 AND "
        "NOT EXISTS (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk')) "
        "FROM pragma_table_xinfo(?1)");
    details.bind(1, table);
    while (details.step()) nullable[details.text(0)] = details.integer(1) != 0;
    return nullable;
}

void throw_not_found(std::string_view action, std::string_view why) {
    throw Error(ErrorClass::not_found, fmt::format("{}: {}", action, why),
                "list what there is with 'prevision connector browse CONNECTOR'");
}

}  // namespace prevision::sources::sqlite
