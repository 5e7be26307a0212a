#pragma once

#include <chrono>
#include <string>

#include "core/secret.hpp"
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
    std::string host;
    int port = 0;
    std::string username;
    Secret password;
    Tls tls = Tls::prefer;
    std::chrono::milliseconds connect_timeout{10'000};

    [[nodiscard]] std::string address() const;  ///< "db.example.com:3306", for messages
};

/// The target of a connection. Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::mysql
