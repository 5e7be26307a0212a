#pragma once

#include <string>

#include "cli/console.hpp"

namespace prevision::cli {

/// Asks on a terminal whether to go on, unless `yes` is set. Error internal when the answer is no; Error usage without a
/// terminal, in CI, and with --no-input.
void confirm(const std::string& question, bool yes, Console& console);

}  // namespace prevision::cli
