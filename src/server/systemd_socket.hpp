#pragma once

#include "core/environment.hpp"

namespace prevision::server {

/// The descriptor of the listening socket that systemd opened for this process (sd_listen_fds(3)), close-on-exec.
/// Error usage when systemd passed no socket, or several.
int systemd_socket(const Environment& environment);

}  // namespace prevision::server
