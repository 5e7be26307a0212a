#pragma once

#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace prevision::testing {

struct MariadbOptions {
    std::vector<std::string> arguments;  ///< more options of mariadbd: "--default-time-zone=+05:30"
    bool tls = false;                    ///< with a self-signed certificate for 127.0.0.1
};

/// A real MariaDB server on a free port of 127.0.0.1, ready when the constructor returns (about a second).
/// It has a database `shop`, and a user with all rights.
class MariadbServer {
  public:
    explicit MariadbServer(const MariadbOptions& options = {});

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string host() const { return "127.0.0.1"; }
    [[nodiscard]] std::string username() const { return "tester"; }
    [[nodiscard]] std::string password() const { return "secret p@ss'w\"ord"; }

    /// In PEM; with `tls` only.
    [[nodiscard]] std::filesystem::path certificate() const { return process_.folder() / "certificate.pem"; }

    /// Runs statements, each ended by ';', with the `mariadb` client, and returns its output: a line a row,
    /// tabs between values, no names. `raw` turns off the client's escaping of tabs and line ends. Throws
    /// std::runtime_error when a statement fails.
    std::string query(const std::string& statements, bool raw = false) const;

    [[nodiscard]] ServerProcess& process() { return process_; }

  private:
    [[nodiscard]] std::vector<std::string> client() const;

    ServerProcess process_;
    int port_;
};

}  // namespace prevision::testing
