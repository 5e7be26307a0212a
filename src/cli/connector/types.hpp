#pragma once

#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// `connector types`: what connectors can be made here, and what each takes, from the engines' own tables.
void add_types_verb(Command& command, Services& services);

}  // namespace prevision::cli
