#pragma once

#include <string>
#include <vector>

#include "sources/mysql/client.hpp"
#include "sources/mysql/reader.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// Tells the sink a checksum of a table, which begins the transaction's view of the data. InnoDB's tables only: of others
/// each statement sees the rows of its own time. A server that refuses it has none. Returns whether the content is still
/// wanted.
///
/// There is no cheaper mark: UPDATE_TIME has whole seconds and is lost by a restart, and the position of the log
/// moves before the rows of a commit can be seen.
bool tell_marks(Client& client, const Location& location, const std::string& quoted_table,
                const std::vector<Declared>& columns, ContentSink& sink);

}  // namespace prevision::sources::mysql
