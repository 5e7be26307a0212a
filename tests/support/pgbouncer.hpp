#pragma once

#include <string>

#include "support/postgres_server.hpp"
#include "support/server_process.hpp"

namespace prevision::testing {

/// A pooler in transaction mode before a PostgreSQL server, with one connection to it: each user of the pooler
/// gets the connection that the one before had. Ready when the constructor returns.
class PgBouncer {
  public:
    explicit PgBouncer(const PostgresServer& server);

    [[nodiscard]] int port() const { return port_; }

    /// As PostgresServer::query, through the pooler.
    [[nodiscard]] std::string query(const std::string& statements) const;

  private:
    const PostgresServer& server_;
    ServerProcess process_;
    int port_;
};

}  // namespace prevision::testing
