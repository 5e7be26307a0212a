#pragma once

#include <string>
#include <vector>

#include "sources/postgres/client.hpp"
#include "sources/source.hpp"

/// What the server's catalogues say of what there is.
namespace prevision::sources::postgres {

/// The databases in which data can lie.
std::vector<Entry> list_databases(Client& connection);

/// Those of the databases that the user may connect to.
std::vector<Entry> list_open_databases(Client& connection);

/// The schemas of the connection's database, without the server's own.
void list_schemas(Client& connection, const EntryObserver& each);

/// The same, each followed by its tables and views.
void list_schemas_and_tables(Client& connection, const EntryObserver& each);

/// The tables and views of a schema. Error not_found when there is no such schema.
void list_tables(Client& connection, const std::string& schema, const EntryObserver& each);

/// The columns of a table. Error not_found when there is no such table.
void list_columns(Client& connection, const std::string& schema, const std::string& table,
                  const EntryObserver& each);

/// The columns of a result. Those of a table are told not nullable where `tells_nullable` and the table says
/// so: of a request that cannot be said, since it may join.
std::vector<Column> describe_columns(Client& connection, const std::vector<Field>& fields,
                                     bool tells_nullable);

}  // namespace prevision::sources::postgres
