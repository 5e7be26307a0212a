#pragma once

#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// Hangs the verb `browse` under the noun `connector`. `services` must outlive the action.
void add_browse(Command& noun, Services& services);

}  // namespace prevision::cli
