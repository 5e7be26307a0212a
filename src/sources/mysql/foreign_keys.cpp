#include "sources/mysql/foreign_keys.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/mysql/name.hpp"

namespace prevision::sources::mysql {

namespace {

struct ForeignKey {
    std::string database;
    std::string table;
    std::string name;
    std::string action;  ///< "CASCADE", "SET NULL"
};

std::vector<ForeignKey> find_acting_keys(Client& client, const Location& location) {
    std::vector<ForeignKey> keys;
    const auto text = [](const std::string& value) {
        return fmt::format("CONVERT(x'{}' USING utf8mb4)", to_hex(value));
    };
    // Of other tables: the table's own rows are all deleted anyway.
    client.for_each_row(
        fmt::format("SELECT constraint_schema, table_name, constraint_name, delete_rule FROM "
                    "information_schema.referential_constraints WHERE unique_constraint_schema = {0} AND "
                    "referenced_table_name = {1} AND delete_rule NOT IN ('RESTRICT', 'NO ACTION') AND NOT "
                    "(constraint_schema = {0} AND table_name = {1})",
                    text(location.database), text(location.table)),
        [&](auto row) {
            keys.push_back({std::string(row[0].text()), std::string(row[1].text()),
                            std::string(row[2].text()), std::string(row[3].text())});
        });
    return keys;
}

// Yes when the user may not look.
bool has_rows(Client& client, const ForeignKey& key) {
    bool has = false;
    try {
        client.for_each_row(fmt::format("SELECT 1 FROM {} LIMIT 1",
                                        quote_table(key.database, key.table, ErrorClass::invalid)),
                            [&](auto) { has = true; });
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::auth) throw;
        return true;
    }
    return has;
}

}  // namespace

void refuse_cascades(Client& client, const Location& location) {
    for (const auto& key : find_acting_keys(client, location)) {
        if (!has_rows(client, key)) continue;
        throw Error(
            ErrorClass::invalid,
            fmt::format(
                "{}: replacing its rows would change the table {}.{}, whose foreign key '{}' has ON DELETE {}",
                client.purpose(), key.database, key.table, key.name, key.action),
            "append the rows, export into another table, or drop the foreign key for that time");
    }
}

}  // namespace prevision::sources::mysql
