#pragma once

#include "cli/apply/declaration.hpp"
#include "cli/apply/state.hpp"

namespace prevision::cli {

/// Checks every declaration as `create` would, before anything is sent. Error invalid names the file, the
/// line and the field.
void check_declarations(const Declarations& declarations, const PlatformState& state, Services& services);

}  // namespace prevision::cli
