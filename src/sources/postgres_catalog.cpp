#include "sources/postgres_catalog.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/postgres_row.hpp"
#include "sources/sql_path.hpp"

namespace prevision::sources {

namespace {

std::vector<Entry> databases_where(PostgresConnection& connection, const std::string& condition) {
    const auto found = connection.query(
        fmt::format("SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate "
                    "AND {} ORDER BY datname",
                    condition));
    std::vector<Entry> entries;
    for (int row = 0; row < found.rows(); ++row) {
        const auto name = found.text(row, 0);
        entries.push_back({name, sql_path_part(name), "database"});
    }
    return entries;
}

void require(PostgresConnection& connection, const std::string& query,
             const std::vector<std::string>& parameters, const std::string& missing) {
    if (connection.query(query, parameters).rows() > 0) return;
    throw Error(ErrorClass::not_found, missing, "list what there is with `prevision connector browse`");
}

}  // namespace

std::vector<Entry> list_postgres_databases(PostgresConnection& connection) {
    return databases_where(connection, "true");
}

std::vector<Entry> list_open_postgres_databases(PostgresConnection& connection) {
    return databases_where(connection, "pg_catalog.has_database_privilege(oid, 'CONNECT')");
}

std::vector<Entry> list_postgres_schemas(PostgresConnection& connection) {
    const auto found = connection.query(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> "
        "'information_schema' ORDER BY nspname");
    std::vector<Entry> entries;
    for (int row = 0; row < found.rows(); ++row) {
        const auto name = found.text(row, 0);
        entries.push_back({name, sql_path_part(name), "schema"});
    }
    return entries;
}

std::vector<Entry> list_postgres_tables(PostgresConnection& connection, const std::string& schema) {
    require(connection, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema},
            fmt::format("{}: there is no such schema", connection.purpose()));
    const auto found = connection.query(
        "SELECT c.relname, c.relkind IN ('v', 'm') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY "
        "c.relname",
        {schema});
    std::vector<Entry> entries;
    for (int row = 0; row < found.rows(); ++row) {
        const auto name = found.text(row, 0);
        entries.push_back({name, sql_path_part(name), found.text(row, 1) == "t" ? "view" : "table"});
    }
    return entries;
}

std::vector<Entry> list_postgres_columns(PostgresConnection& connection, const std::string& schema,
                                         const std::string& table) {
    require(connection,
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = $1 AND c.relname = $2",
            {schema, table}, fmt::format("{}: there is no such table", connection.purpose()));
    const auto found = connection.query(
        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a "
        "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum",
        {schema, table});
    std::vector<Entry> entries;
    for (int row = 0; row < found.rows(); ++row) {
        const auto name = found.text(row, 0);
        entries.push_back(
            {.name = name, .path = sql_path_part(name), .kind = "column", .detail = found.text(row, 1)});
    }
    return entries;
}

std::vector<Column> describe_postgres_columns(PostgresConnection& connection,
                                              const std::vector<PostgresField>& fields, bool tells_nullable) {
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
    const auto found = connection.query(
        "SELECT pg_catalog.format_type(f.type, f.modifier), coalesce(a.attnotnull, false) FROM "
        "ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int4[]), "
        "pg_catalog.unnest($3::oid[]), pg_catalog.unnest($4::int2[])) WITH ORDINALITY AS f(type, modifier, "
        "relation, number, place) LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = f.relation AND "
        "a.attnum = f.number AND f.number > 0 ORDER BY f.place",
        {array(types), array(modifiers), array(tables), array(table_columns)});
    std::vector<Column> columns;
    for (std::size_t at = 0; at < fields.size(); ++at) {
        const int row = static_cast<int>(at);
        columns.push_back({.name = fields[at].name,
                           .type = found.text(row, 0),
                           .kind = postgres_kind(fields[at].type),
                           .nullable = !tells_nullable || found.text(row, 1) != "t"});
    }
    return columns;
}

}  // namespace prevision::sources
