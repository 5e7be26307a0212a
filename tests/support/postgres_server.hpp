#pragma once

#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace prevision::testing {

struct PostgresOptions {
    std::vector<std::string> settings;  ///< of the server: "timezone=Asia/Kolkata"
    bool tls = false;                   ///< with a certificate for 127.0.0.1 that signs itself
    std::string host_rules;             ///< lines of pg_hba.conf that come before its own
};

/// A real PostgreSQL server on a free port of 127.0.0.1, ready when the constructor returns (about a second).
/// It has a database `shop`, and a user who may do all.
class PostgresServer {
  public:
    explicit PostgresServer(const PostgresOptions& options = {});

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string host() const { return "127.0.0.1"; }
    [[nodiscard]] std::string username() const { return "tester"; }
    [[nodiscard]] std::string password() const { return "secret p@ss'w\"ord"; }

    /// In PEM; with `tls` only.
    [[nodiscard]] std::filesystem::path certificate() const { return process_.folder() / "certificate.pem"; }

    /// Runs statements, each ended by ';', with psql, and gives what it prints: a line a row, '|' between
    /// values, no names. Throws std::runtime_error when a statement fails.
    std::string query(const std::string& statements, const std::string& database = "shop") const {
        return query(statements, database, port_);
    }
    /// The same through another port, behind which a pooler is.
    std::string query(const std::string& statements, const std::string& database, int port) const;

    /// The folder of its local socket.
    [[nodiscard]] std::string socket_folder() const { return process_.folder().string(); }

    [[nodiscard]] ServerProcess& process() { return process_; }

  private:
    ServerProcess process_;
    int port_;
};

}  // namespace prevision::testing
