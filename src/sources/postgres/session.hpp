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

/// Keeps others from emptying or rewriting a table until the transaction ends. Does nothing for a relation
/// that cannot be locked (a foreign table, a materialized view) or when the user may read only some of its
/// columns: `was_rewritten` finds what happens to those.
void lock_table(Client& client, const std::string& quoted_name);

/// Whether a relation that the transaction uses was rewritten or made after its snapshot was taken: TRUNCATE,
/// REFRESH MATERIALIZED VIEW and ALTER TABLE do that. The transaction would then see too few rows.
bool was_rewritten(Client& client);

}  // namespace prevision::sources::postgres
