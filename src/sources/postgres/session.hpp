#pragma once

#include <string>

#include "sources/postgres/client.hpp"

/// The transactions in which we read and write. Every setting is local to its transaction, so that nothing
/// reaches the next user of a pooler's connection, and no statement comes before BEGIN.
namespace prevision::sources::postgres {

/// Begins a transaction that reads one consistent state and can change nothing. Its snapshot is not taken
/// yet: that is what the first statement after `lock_table` does.
void begin_reading(Client& client);

/// Begins a transaction that writes.
void begin_writing(Client& client);

enum class Use { reading, writing };

/// Sets what only an administrator may set and a role may have nevertheless, and what makes a snapshot or an export
/// wrong in silence. Error invalid when it is set and the user may not change it. A statement of it takes the
/// transaction's snapshot.
void require_safe_settings(Client& client, Use use);

enum class SearchPath {
    role,     ///< as the role has it: requests and names without a schema need it
    catalog,  ///< no schema but the server's own: nobody can put another table, type or operator in its place
};

/// Where the transaction looks for names without a schema, and which names it writes without one.
void use_search_path(Client& client, SearchPath path);

enum class LockMode {
    read,     ///< others may write rows, but not empty or rewrite the table
    replace,  ///< others may only read it
};

/// Locks a table until the transaction ends. Does nothing for a relation that cannot be locked (a foreign table, a
/// materialized view) or when the user may read only some of its columns: `was_rewritten` finds what happens to those.
void lock_table(Client& client, const std::string& quoted_name, LockMode mode);

/// Whether a relation that the transaction uses was rewritten or made after its snapshot was taken: TRUNCATE,
/// REFRESH MATERIALIZED VIEW and ALTER TABLE do that. The transaction would then see too few rows.
bool was_rewritten(Client& client);

}  // namespace prevision::sources::postgres
