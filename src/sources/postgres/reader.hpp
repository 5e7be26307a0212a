#pragma once

#include "sources/postgres/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::postgres {

/// Reads a table or a request in a transaction that changes nothing. A table that is rewritten or emptied
/// meanwhile is read again, once. Errors as a Source's.
void read(Client& client, const Location& location, const ReadOptions& options, ContentSink& sink);

}  // namespace prevision::sources::postgres
