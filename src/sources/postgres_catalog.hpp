#pragma once

#include <string>
#include <vector>

#include "sources/postgres_connection.hpp"
#include "sources/source.hpp"

/// What the server's catalogues say of what there is.
namespace prevision::sources {

/// The databases in which data can lie.
std::vector<Entry> list_postgres_databases(PostgresConnection& connection);

/// Those of the databases that the user may connect to.
std::vector<Entry> list_open_postgres_databases(PostgresConnection& connection);

/// The schemas of the connection's database, without the server's own.
std::vector<Entry> list_postgres_schemas(PostgresConnection& connection);

/// The tables and views of a schema. Error not_found when there is no such schema.
std::vector<Entry> list_postgres_tables(PostgresConnection& connection, const std::string& schema);

/// The columns of a table. Error not_found when there is no such table.
std::vector<Entry> list_postgres_columns(PostgresConnection& connection, const std::string& schema,
                                         const std::string& table);

/// The columns of a result. Those of a table are told not nullable where `tells_nullable` and the table says
/// so: of a request that cannot be said, since it may join.
std::vector<Column> describe_postgres_columns(PostgresConnection& connection,
                                              const std::vector<PostgresField>& fields, bool tells_nullable);

}  // namespace prevision::sources
