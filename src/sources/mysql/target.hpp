#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/secret.hpp"
#include "net/socket.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

constexpr int standard_port = 3306;

enum class Tls {
    disable,
    prefer,   ///< if the server can; its certificate is not checked
    require,  ///< or send nothing; the certificate is not checked
    verify,   ///< the certificate must be trusted by this machine and name the host
};

/// A server, and the user who logs in.
struct Target {
    std::string host;  ///< or the path of a socket: "/run/mysqld/mysqld.sock"
    int port = 0;
    std::string username;
    Secret password;
    Tls tls = Tls::prefer;
    net::HostRules rules{};
    std::chrono::milliseconds connect_timeout{10'000};

    [[nodiscard]] bool is_local_socket() const { return host.starts_with('/'); }
    [[nodiscard]] std::string address() const;  ///< "db.example.com:3306", or the socket's path, for messages

    /// Where to connect. Error unreachable when the host has no address.
    [[nodiscard]] std::vector<net::Address> resolve() const;
};

/// The target of a connection. Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::mysql
