#pragma once

#include "sources/mysql/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// Error invalid when deleting the table's rows would delete or change rows of another table, through a foreign key with
/// such an action. A foreign key of a table on which the user has no right at all is not visible.
void refuse_cascades(Client& client, const Location& location);

}  // namespace prevision::sources::mysql
