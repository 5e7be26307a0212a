#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sources/postgres/catalog.hpp"
#include "sources/source.hpp"

namespace prevision::sources::postgres {

/// Tells the sink the marks of what a statement yields, as the transaction sees it. `relation`: the table that it
/// reads; nothing for a request. A server that refuses a mark has none. Returns whether the content is still wanted.
bool tell_marks(Client& client, const std::optional<Relation>& relation, const std::string& statement,
                const std::vector<Column>& columns, ContentSink& sink);

}  // namespace prevision::sources::postgres
