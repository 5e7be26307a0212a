#pragma once

#include <string>

#include "cli/console.hpp"

namespace prevision::cli {

/// Asks on a terminal whether to go on; elsewhere, and with `yes`, nothing is asked. Error internal when the
/// answer is no.
void confirm(const std::string& question, bool yes, Console& console);

}  // namespace prevision::cli
