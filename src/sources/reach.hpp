#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/environment.hpp"
#include "net/host_rules.hpp"

namespace prevision::sources {

/// What a connection may use of the machine that opens it. A default one may use everything.
struct Reach {
    net::HostRules hosts;

    /// Only files and local sockets below these folders may be opened; without a value, all. Absolute paths
    /// without links.
    std::optional<std::vector<std::filesystem::path>> folders;

    /// The platform's own files and folders, which are never opened.
    std::vector<std::filesystem::path> own;

    /// Whether what the user of this process can log in with may be used: variables and files of passwords and
    /// keys, the SSH agent.
    bool ambient_credentials = true;
};

/// The path of a local file or socket with all links resolved: open exactly that one, without following links.
/// The file need not exist. Error auth when the reach does not allow it, invalid when it is the platform's own.
std::filesystem::path check_local_file(const Reach& reach, const std::filesystem::path& path);

/// The variables that hold no credentials: where certificates are, and proxies without a password.
Environment without_credentials(const Environment& environment);

/// Removes from this process's own environment what client libraries log in with by themselves. Call it while no
/// other thread reads the environment.
void forget_ambient_credentials();

}  // namespace prevision::sources
