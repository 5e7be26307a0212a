#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace prevision::testing {

/// A scripted SFTP server (sftp_server.py, on Paramiko) on a free port of 127.0.0.1, ready when the constructor
/// returns.
class SftpServer {
  public:
    /// `options` as the script takes them.
    explicit SftpServer(const std::vector<std::string>& options);

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string password() const { return "secret word"; }

    /// The folder that it serves.
    [[nodiscard]] std::filesystem::path home() const { return process_.folder() / "home"; }

  private:
    ServerProcess process_;
    int port_;
};

}  // namespace prevision::testing
