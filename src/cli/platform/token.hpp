#pragma once

#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// `serve token` and its verbs.
void add_token(Command& serve, Services& services);

/// Error usage when a flag names a platform other than the embedded one, which is the one that is served.
void require_embedded(Services& services);

}  // namespace prevision::cli
