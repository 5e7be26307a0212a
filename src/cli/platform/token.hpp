#pragma once

#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// `serve token` and its verbs.
void add_token(Command& serve, Services& services);

}  // namespace prevision::cli
