#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace prevision::testing {

/// How an OpenSSH server differs from a usual one.
struct SshServerSettings {
    std::vector<std::string> host_key_types{"ed25519", "ecdsa"};  ///< as ssh-keygen names them
    std::string configuration;                                    ///< further lines of sshd_config
};

/// A real OpenSSH server on a free port of 127.0.0.1 for SFTP only, ready when the constructor returns. It runs
/// without privileges, so it accepts keys only, for the account that it runs as.
class SshServer {
  public:
    explicit SshServer(const SshServerSettings& settings = {});

    /// Accepts that public key too, a line as ssh-keygen writes it.
    void accept_key(const std::string& public_key);

    [[nodiscard]] std::string host() const { return "127.0.0.1"; }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string username() const;

    /// The folder that a login begins in.
    [[nodiscard]] std::filesystem::path home() const { return process_.folder() / "home"; }

    [[nodiscard]] std::filesystem::path private_key_file() const { return process_.folder() / "client_key"; }
    [[nodiscard]] std::string private_key() const;

    /// The fingerprint of the server's key of that type: "ed25519", "ecdsa".
    [[nodiscard]] std::string host_key(const std::string& type) const;

    [[nodiscard]] ServerProcess& process() { return process_; }

  private:
    ServerProcess process_;
    int port_;
};

}  // namespace prevision::testing
