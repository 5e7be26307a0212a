#include "sources/postgres/replacing.hpp"

#include <fmt/format.h>

#include "sources/postgres/session.hpp"

namespace prevision::sources::postgres {

namespace {

constexpr const char* way_out = "delete the rows yourself, and export with the write mode append";

/// What a DELETE reaches: the table, the tables that inherit from it, and those behind a view or a rule. `is_own`
/// says that all of its rows go.
constexpr const char* reached =
    "WITH RECURSIVE reached(oid, is_own) AS (SELECT c.oid, c.relkind <> 'v' FROM pg_catalog.pg_class c WHERE c.oid = $1 "
    "UNION SELECT further.oid, further.is_own AND r.is_own FROM reached r CROSS JOIN LATERAL (SELECT i.inhrelid, true "
    "FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid UNION ALL SELECT d.refobjid, false FROM "
    "pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ON d.classid = "
    "'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid AND d.refclassid = "
    "'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> w.ev_class WHERE w.ev_class = r.oid AND w.ev_type "
    "IN ('1', '4')) AS further(oid, is_own)) ";

[[noreturn]] void refuse(const Client& client, const std::string& why) {
    throw Error(ErrorClass::invalid, fmt::format("{}: {}", client.purpose(), why), way_out);
}

std::string name_in(const Result& found, int row) {
    return write_name({found.text(row, 0), found.text(row, 1)});
}

// Partitions are parts of the table; tables that inherit from it are tables of their own.
void refuse_heirs(Client& client, const Relation& relation) {
    const auto found = client.query(
        std::string(reached) +
            "SELECT n.nspname, h.relname FROM reached r JOIN pg_catalog.pg_class p ON p.oid = r.oid AND p.relkind <> 'p' "
            "JOIN pg_catalog.pg_inherits i ON i.inhparent = r.oid JOIN pg_catalog.pg_class h ON h.oid = i.inhrelid JOIN "
            "pg_catalog.pg_namespace n ON n.oid = h.relnamespace ORDER BY 1, 2 LIMIT 1",
        {relation.oid});
    if (found.rows() == 0) return;
    refuse(client, fmt::format("the table '{}' inherits from it, and its rows would be deleted as well",
                               name_in(found, 0)));
}

// ON DELETE CASCADE, SET NULL and SET DEFAULT change the tables that refer to it. Without one of these the server
// itself refuses.
void refuse_referring_rows(Client& client, const Relation& relation) {
    const auto found = client.query(
        std::string(reached) +
            "SELECT n.nspname, c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.format('SELECT 1 "
            "FROM %I.%I WHERE %s LIMIT 1', n.nspname, c.relname, (SELECT pg_catalog.string_agg(pg_catalog.format('%I IS "
            "NOT NULL', a.attname), ' AND ') FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = "
            "ANY (k.conkey))) FROM reached r JOIN pg_catalog.pg_constraint k ON k.confrelid = r.oid AND k.contype = 'f' "
            "AND k.confdeltype IN ('c', 'n', 'd') JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN "
            "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT EXISTS (SELECT 1 FROM reached s WHERE s.oid "
            "= k.conrelid AND s.is_own) ORDER BY 1, 2",
        {relation.oid});
    for (int row = 0; row < found.rows(); ++row) {
        const bool may_look = found.is_true(row, 2);
        if (may_look && client.query(found.text(row, 3)).rows() == 0) continue;
        refuse(
            client,
            fmt::format("rows of the table '{}' refer to it, and would be changed or deleted as well by a "
                        "foreign key{}",
                        name_in(found, row), may_look ? "" : ", if it has any: this user may not read it"));
    }
}

}  // namespace

void delete_rows(Client& client, const Relation& relation) {
    const auto table = quote_name(relation.name);
    lock_table(client, table, LockMode::replace);
    refuse_heirs(client, relation);
    refuse_referring_rows(client, relation);
    const bool may_look =
        client.query("SELECT pg_catalog.has_table_privilege($1::oid, 'SELECT')", {relation.oid})
            .is_true(0, 0);
    use_search_path(client, SearchPath::role);  // triggers expect it
    client.execute(fmt::format("DELETE FROM {}", table), Patience::working);
    // Policies that are accepted hide rows from a DELETE.
    if (may_look && !client.target().row_security &&
        client.query(fmt::format("SELECT 1 FROM {} LIMIT 1", table)).rows() > 0)
        refuse(client, "a trigger or a rule of the table keeps rows from being deleted");
    use_search_path(client, SearchPath::catalog);
}

}  // namespace prevision::sources::postgres
