#include "sources/postgres/catalog.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/postgres/row.hpp"
#include "sources/postgres/session.hpp"
#include "sources/sql/path.hpp"

namespace prevision::sources::postgres {

namespace {

constexpr const char* is_users_schema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
constexpr const char* is_table = "c.relkind IN ('r', 'p', 'v', 'm', 'f')";

Entry entry_of(const std::string& name, const std::string& kind) {
    return {.name = name, .path = sql_path_part(name), .kind = kind};
}

// "public.mood" → "mood", as most clients name it, whatever the role's search_path is.
std::string type_name(std::string name) {
    constexpr std::string_view usual_schema = "public.";
    if (name.starts_with(usual_schema)) name.erase(0, usual_schema.size());
    return name;
}

std::string kind_of(const std::string& relation) {
    return relation == "v" || relation == "m" ? "view" : "table";
}

std::vector<Entry> databases_where(Client& connection, const std::string& condition) {
    const auto found = connection.query(
        fmt::format("SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate "
                    "AND {} ORDER BY datname",
                    condition));
    std::vector<Entry> entries;
    entries.reserve(static_cast<std::size_t>(found.rows()));
    for (int row = 0; row < found.rows(); ++row) {
        entries.push_back(entry_of(found.text(row, 0), "database"));
    }
    return entries;
}

void require(Client& connection, const std::string& query, const std::vector<std::string>& parameters,
             const std::string& missing) {
    if (connection.query(query, parameters).rows() > 0) return;
    throw Error(ErrorClass::not_found, missing,
                "list what there is with 'prevision connector browse CONNECTOR'");
}

}  // namespace

std::vector<Entry> list_databases(Client& connection) { return databases_where(connection, "true"); }

std::vector<Entry> list_open_databases(Client& connection) {
    return databases_where(connection, "pg_catalog.has_database_privilege(oid, 'CONNECT')");
}

void list_schemas(Client& connection, const EntryObserver& each) {
    connection.query_each(
        fmt::format("SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE {} ORDER BY n.nspname",
                    is_users_schema),
        {}, [&](const Result& row) { each(entry_of(row.text(0, 0), "schema")); });
}

void list_schemas_and_tables(Client& connection, const EntryObserver& each) {
    std::optional<Entry> schema;
    connection.query_each(
        fmt::format(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_namespace n LEFT JOIN "
            "pg_catalog.pg_class c ON c.relnamespace = n.oid AND {} WHERE {} ORDER BY n.nspname, c.relname",
            is_table, is_users_schema),
        {}, [&](const Result& row) {
            const auto name = row.text(0, 0);
            if (!schema || schema->name != name) {
                schema = entry_of(name, "schema");
                each(*schema);
            }
            if (pq().getisnull(row.handle(), 0, 1) != 0) return;
            auto table = entry_of(row.text(0, 1), kind_of(row.text(0, 2)));
            table.path.insert(0, schema->path + "/");
            each(table);
        });
}

void list_tables(Client& connection, const std::string& schema, const EntryObserver& each) {
    require(connection, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1::text", {schema},
            fmt::format("{}: there is no such schema", connection.purpose()));
    connection.query_each(
        fmt::format(
            "SELECT c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
            "n.oid = c.relnamespace WHERE n.nspname = $1::text AND {} ORDER BY c.relname",
            is_table),
        {schema}, [&](const Result& row) { each(entry_of(row.text(0, 0), kind_of(row.text(0, 1)))); });
}

void list_columns(Client& connection, const std::string& schema, const std::string& table,
                  const EntryObserver& each) {
    require(connection,
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = $1::text AND c.relname = $2::text",
            {schema, table}, fmt::format("{}: there is no such table", connection.purpose()));
    connection.query_each(
        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a "
        "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = $1::text AND c.relname = $2::text AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum",
        {schema, table}, [&](const Result& row) {
            auto column = entry_of(row.text(0, 0), "column");
            column.detail = type_name(row.text(0, 1));
            each(column);
        });
}

std::optional<Relation> find_relation(Client& client, const TableName& table, ErrorClass missing) {
    // It has no operator and no type that could be found along the search_path.
    const auto number =
        client.query("SELECT CAST(pg_catalog.to_regclass($1) AS pg_catalog.oid)", {quote_name(table)})
            .text(0, 0);
    use_search_path(client, SearchPath::catalog);
    if (number.empty()) return std::nullopt;
    const auto found = client.query(
        "SELECT n.nspname, c.relname, c.reltype, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE c.oid = $1",
        {number});
    if (found.rows() == 0) return std::nullopt;
    Relation relation{.oid = number,
                      .row_type = found.text(0, 2),
                      .name = {found.text(0, 0), found.text(0, 1)},
                      .kind = found.text(0, 3)};
    if (relation.name.table == table.table && (table.schema.empty() || relation.name.schema == table.schema))
        return relation;
    throw Error(
        missing,
        fmt::format("{}: the server cuts the name to '{}'", client.purpose(), write_name(relation.name)),
        "names of PostgreSQL have at most 63 bytes");
}

std::optional<std::uint64_t> estimate_rows(Client& client, const Relation& relation) {
    const auto found = client.query(
        "SELECT CAST(c.reltuples AS bigint) FROM pg_catalog.pg_class c WHERE c.oid = $1", {relation.oid});
    const auto rows = found.rows() == 0 ? std::nullopt : parse_integer(found.text(0, 0));
    if (!rows || *rows <= 0) return std::nullopt;
    return static_cast<std::uint64_t>(*rows);
}

bool holds_names(Client& client, const Relation& relation) {
    // regproc, regprocedure, regoper, regoperator, regclass, regtype, regconfig, regdictionary, regcollation
    return client
               .query(
                   "WITH RECURSIVE part(oid) AS (SELECT $1::oid UNION SELECT i.oid FROM part p JOIN "
                   "pg_catalog.pg_type t ON t.oid = p.oid CROSS JOIN LATERAL (SELECT t.typelem WHERE t.typelem <> 0 "
                   "UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0 UNION ALL SELECT a.atttypid FROM "
                   "pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped "
                   "UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid) AS i(oid)) "
                   "SELECT 1 FROM part WHERE oid IN (24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4191) LIMIT 1",
                   {relation.row_type})
               .rows() > 0;
}

std::vector<TableColumn> find_columns(Client& client, const Relation& relation) {
    const int version = client.server_version_number();
    // A domain may have a domain as its base type, and the innermost one that has a modifier says it.
    const auto found = client.query(
        fmt::format(
            "WITH RECURSIVE c AS (SELECT a.attnum, a.attname, a.atttypid AS type, a.atttypmod AS modifier, "
            "{} AS is_generated, {} AS is_identity, 0 AS depth FROM pg_catalog.pg_attribute a WHERE "
            "a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped UNION ALL "
            "SELECT c.attnum, c.attname, t.typbasetype, CASE WHEN c.modifier = -1 THEN t.typtypmod ELSE "
            "c.modifier END, c.is_generated, c.is_identity, c.depth + 1 FROM c JOIN pg_catalog.pg_type t ON "
            "t.oid = c.type AND t.typtype = 'd') SELECT DISTINCT ON (attnum) attname, "
            "pg_catalog.format_type(type, modifier), is_generated, is_identity FROM c ORDER BY attnum, depth "
            "DESC",
            version >= 120000 ? "a.attgenerated <> ''" : "false",
            version >= 100000 ? "a.attidentity <> ''" : "false"),
        {relation.oid});
    std::vector<TableColumn> columns;
    for (int row = 0; row < found.rows(); ++row) {
        columns.push_back({.name = found.text(row, 0),
                           .type = found.text(row, 1),
                           .is_generated = found.is_true(row, 2),
                           .is_identity = found.is_true(row, 3)});
    }
    return columns;
}

std::vector<Column> describe_columns(Client& client, const std::vector<Field>& fields, bool is_table) {
    std::vector<std::string> types;
    std::vector<std::string> modifiers;
    std::vector<std::string> tables;
    std::vector<std::string> table_columns;
    for (const auto& field : fields) {
        types.push_back(std::to_string(field.type));
        modifiers.push_back(std::to_string(field.modifier));
        tables.push_back(std::to_string(field.table));
        table_columns.push_back(std::to_string(field.table_column));
    }
    const auto array = [](const std::vector<std::string>& parts) { return "{" + join(parts, ",") + "}"; };
    // A domain's NOT NULL holds for the rows of a table; an outer join in a view may leave a NULL in one.
    const auto found = client.query(
        "SELECT pg_catalog.format_type(coalesce(a.atttypid, f.type), coalesce(a.atttypmod, f.modifier)), "
        "coalesce(a.attnotnull OR c.relkind IN ('r', 'p') AND (WITH RECURSIVE d(oid) AS (SELECT a.atttypid UNION "
        "SELECT t.typbasetype FROM d JOIN pg_catalog.pg_type t ON t.oid = d.oid AND t.typtype = 'd') SELECT "
        "pg_catalog.bool_or(t.typnotnull) FROM d JOIN pg_catalog.pg_type t ON t.oid = d.oid), false) FROM "
        "ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int4[]), "
        "pg_catalog.unnest($3::oid[]), pg_catalog.unnest($4::int2[])) WITH ORDINALITY AS f(type, modifier, "
        "relation, number, place) LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = f.relation AND "
        "a.attnum = f.number AND f.number > 0 LEFT JOIN pg_catalog.pg_class c ON c.oid = a.attrelid ORDER BY f.place",
        {array(types), array(modifiers), array(tables), array(table_columns)});
    std::vector<Column> columns;
    for (std::size_t at = 0; at < fields.size(); ++at) {
        const int row = static_cast<int>(at);
        columns.push_back({.name = fields[at].name,
                           .type = type_name(found.text(row, 0)),
                           .kind = kind_of_type(fields[at].type),
                           .nullable = !is_table || !found.is_true(row, 1)});
    }
    return columns;
}

}  // namespace prevision::sources::postgres
