#pragma once

#include <string_view>

#include "platform/http/router.hpp"
#include "platform/state.hpp"

namespace prevision::platform {

/// Throws Error auth when the caller's role is weaker than `least`; Error not_found when the caller's token is for one
/// project, and an object that the path names belongs to another. `pattern` is the route's.
void check_access(State& state, std::string_view pattern, Role least, const RoutedCall& routed);

}  // namespace prevision::platform
