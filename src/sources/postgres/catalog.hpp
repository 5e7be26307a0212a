#pragma once

#include <string>
#include <vector>

#include "sources/postgres/connection.hpp"
#include "sources/source.hpp"

/// What the server's catalogues say of what there is.
namespace prevision::sources {

/// The databases in which data can lie.
std::vector<Entry> list_postgres_databases(PostgresConnection& connection);

/// Those of the databases that the user may connect to.
std::vector<Entry> list_open_postgres_databases(PostgresConnection& connection);

/// The schemas of the connection's database, without the server's own.
void list_postgres_schemas(PostgresConnection& connection, const EntryObserver& each);

/// The same, each followed by its tables and views.
void list_postgres_schemas_and_tables(PostgresConnection& connection, const EntryObserver& each);

/// The tables and views of a schema. Error not_found when there is no such schema.
void list_postgres_tables(PostgresConnection& connection, const std::string& schema,
                          const EntryObserver& each);

/// The columns of a table. Error not_found when there is no such table.
void list_postgres_columns(PostgresConnection& connection, const std::string& schema,
                           const std::string& table, const EntryObserver& each);

/// The columns of a result. Those of a table are told not nullable where `tells_nullable` and the table says
/// so: of a request that cannot be said, since it may join.
std::vector<Column> describe_postgres_columns(PostgresConnection& connection,
                                              const std::vector<PostgresField>& fields, bool tells_nullable);

}  // namespace prevision::sources
