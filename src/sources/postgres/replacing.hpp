#pragma once

#include "sources/postgres/catalog.hpp"

namespace prevision::sources::postgres {

/// Deletes all rows of a table for an export that replaces them, and locks it, so that nobody else writes to it until
/// the transaction ends. Error invalid when rows of other tables would go as well, or the server keeps some.
void delete_rows(Client& client, const Relation& relation);

}  // namespace prevision::sources::postgres
