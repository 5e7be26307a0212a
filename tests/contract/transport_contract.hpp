#pragma once

#include "transport/transport.hpp"

namespace prevision::testing {

/// What every Transport promises, asked of one that leads to an embedded platform on this machine, in this
/// process or behind a server. To be called in a test case: it has sections, so the case runs again for each.
/// Creates objects in the platform and relies on nothing but a first project.
void check_transport(transport::Transport& transport);

}  // namespace prevision::testing
