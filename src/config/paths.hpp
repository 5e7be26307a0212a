#pragma once

#include <filesystem>

#include "core/environment.hpp"

namespace prevision::config {

/// Where the embedded platform keeps its state: $PREVISION_HOME, else $XDG_DATA_HOME/prevision, else
/// ~/.local/share/prevision (XDG Base Directory Specification). Error invalid when none is set.
std::filesystem::path platform_home(const Environment& environment);

}  // namespace prevision::config
