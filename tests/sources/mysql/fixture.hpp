#pragma once

#include <string>

#include "contract/source_contract.hpp"
#include "support/mariadb_server.hpp"

namespace prevision::testing {

/// A connection to the server, as a user with all rights.
inline sources::Connection connection_to(const MariadbServer& server) {
    sources::Connection connection;
    connection.type = "SQL";
    connection.engine = "mysql";
    connection.host = server.host();
    connection.port = server.port();
    connection.username = server.username();
    connection.password = Secret(server.password());
    return connection;
}

/// The server that all cases of a program share; the first use starts it. Its time zone is not UTC.
inline MariadbServer& shared_mariadb_server() {
    static MariadbServer server({.arguments = {"--default-time-zone=+05:30"}});
    return server;
}

/// `Base` is SourceFixture, or derives from it.
template <typename Base>
class MysqlFixtureOf : public Base {
  public:
    [[nodiscard]] sources::Connection connection() const override {
        return connection_to(shared_mariadb_server());
    }
    [[nodiscard]] std::string database() const override { return "shop"; }

    void run(const std::string& statements) override { shared_mariadb_server().query(statements); }

    [[nodiscard]] std::string quote(const std::string& name) const override {
        std::string quoted = "`";
        for (const char c : name) quoted += c == '`' ? "``" : std::string(1, c);
        return quoted + "`";
    }

    [[nodiscard]] std::string numbers(int count) const override {
        return "SELECT seq AS n FROM seq_1_to_" + std::to_string(count);
    }
};

using MysqlFixture = MysqlFixtureOf<SourceFixture>;

}  // namespace prevision::testing
