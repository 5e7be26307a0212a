#include "server/systemd_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::server {

namespace {

constexpr int first_descriptor = 3;  // systemd's SD_LISTEN_FDS_START

}  // namespace

int systemd_socket(const Environment& environment) {
    // A child inherits the variables, but not the sockets: LISTEN_PID says for which process they are.
    const auto process = parse_integer(environment.get("LISTEN_PID").value_or(""));
    const auto count = parse_integer(environment.get("LISTEN_FDS").value_or("")).value_or(0);
    const bool mine = process == ::getpid();
    if (!mine || count < 1) {
        throw Error(ErrorClass::usage, "--listen systemd: systemd passed no socket to this process",
                    "start it by a socket unit, as prevision.socket does, or give --listen HOST:PORT");
    }
    if (count > 1) {
        throw Error(ErrorClass::usage,
                    fmt::format("--listen systemd: systemd passed {} sockets instead of one", count),
                    "keep one ListenStream= in the socket unit");
    }
    // It may be no socket at all; listening on it says so.
    ::fcntl(first_descriptor, F_SETFD, FD_CLOEXEC);
    return first_descriptor;
}

}  // namespace prevision::server
