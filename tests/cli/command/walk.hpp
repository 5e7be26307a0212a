#pragma once

#include <string>
#include <vector>

#include "cli/in_process_platform.hpp"

namespace prevision::testing {

using Words = std::vector<std::string>;

/// Every line of words that names a command ("connector", "connector create"), found as TAB finds them.
std::vector<Words> find_commands(const EmbeddedPrevision& prevision);

std::string help_of(const EmbeddedPrevision& prevision, Words command);

/// Whether a help is that of a command without commands below it.
bool is_verb(const std::string& help);

}  // namespace prevision::testing
