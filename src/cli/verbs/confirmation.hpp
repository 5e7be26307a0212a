#pragma once

#include <string>

#include "cli/console.hpp"

namespace prevision::cli {

/// Asks on a terminal whether to go on; with `yes` it asks nothing. Error internal when the answer is no, usage where nobody
/// can be asked: no terminal, CI, or --no-input.
void confirm(const std::string& question, bool yes, Console& console);

}  // namespace prevision::cli
