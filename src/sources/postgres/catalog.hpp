#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sources/postgres/client.hpp"
#include "sources/postgres/name.hpp"
#include "sources/source.hpp"

/// The server's catalogues. The session looks for names in the catalogue only (`use_search_path`), except for
/// `find_relation`, which sets that.
namespace prevision::sources::postgres {

/// The databases that hold data of users.
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

/// A table or view, and where it is.
struct Relation {
    std::string oid;
    std::string row_type;  ///< the oid of it
    TableName name;        ///< with its schema
    std::string kind;      ///< pg_class.relkind
};

/// Looks for a table along the role's search_path, and sets the session's to the catalogue's. Nothing when there
/// is none, or it is too new for the transaction's snapshot. Error `missing` when the server takes another one:
/// it cuts names that are too long.
std::optional<Relation> find_relation(Client& client, const TableName& table, ErrorClass missing);

/// How many rows the server estimates that a table has; nothing when it was never analysed.
std::optional<std::uint64_t> estimate_rows(Client& client, const Relation& relation);

/// Whether a column holds names of things of the server (regclass, regproc, …), at any depth: the search_path
/// decides how they are written, and what they mean.
bool holds_names(Client& client, const Relation& relation);

/// A column of a table that is to be written.
struct TableColumn {
    std::string name;
    std::string type;           ///< as format_type() writes it, of a domain its base type's
    bool is_generated = false;  ///< the server computes its values
    bool is_identity = false;
};

/// The columns of a table.
std::vector<TableColumn> find_columns(Client& client, const Relation& relation);

/// The columns of a result, described as the tables that they come from describe them. Columns are nullable
/// unless `is_table` and the table says otherwise: a request may join.
std::vector<Column> describe_columns(Client& client, const std::vector<Field>& fields, bool is_table);

}  // namespace prevision::sources::postgres
