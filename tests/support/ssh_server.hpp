#pragma once

#include <filesystem>
#include <string>

#include "support/server_process.hpp"

namespace prevision::testing {

/// A real OpenSSH server on a free port of 127.0.0.1 that speaks SFTP alone, ready when the constructor
/// returns. It runs without privileges, so it takes keys only, for the account that it runs as.
class SshServer {
  public:
    SshServer();

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
