#pragma once

#include <string>

#include "contract/source_contract.hpp"
#include "support/postgres_server.hpp"

namespace prevision::testing {

/// A connection to the server, as a user who may do all.
inline sources::Connection connection_to(const PostgresServer& server) {
    sources::Connection connection;
    connection.type = "SQL";
    connection.engine = "postgresql";
    connection.host = server.host();
    connection.port = server.port();
    connection.username = server.username();
    connection.password = Secret(server.password());
    return connection;
}

/// The server that the cases of a program share; it starts with the first. Its settings are not those that we
/// read with.
inline PostgresServer& shared_postgres_server() {
    static PostgresServer server(
        {.settings = {"timezone=Asia/Kolkata", "datestyle=German", "intervalstyle=iso_8601",
                      "bytea_output=escape", "extra_float_digits=-5", "standard_conforming_strings=off"}});
    return server;
}

/// A connection to the shared server as a role that is made anew, after which these statements give it its rights.
inline sources::Connection connection_as(const std::string& role, const std::string& rights) {
    shared_postgres_server().query("DROP ROLE IF EXISTS " + role + "; CREATE ROLE " + role +
                                   " LOGIN PASSWORD 'x'; " + rights);
    auto made = connection_to(shared_postgres_server());
    made.username = role;
    made.password = Secret("x");
    return made;
}

/// `Base` is SourceFixture, or derives from it.
template <typename Base>
class PostgresFixtureOf : public Base {
  public:
    [[nodiscard]] sources::Connection connection() const override {
        return connection_to(shared_postgres_server());
    }
    [[nodiscard]] std::string database() const override { return "shop"; }
    [[nodiscard]] std::string place() const override { return "shop/public"; }
    [[nodiscard]] std::string varchar() const override { return "character varying(20)"; }

    void run(const std::string& statements) override { shared_postgres_server().query(statements); }

    [[nodiscard]] std::string quote(const std::string& name) const override {
        std::string quoted = "\"";
        for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
        return quoted + "\"";
    }

    [[nodiscard]] std::string table(const std::string& name) const override {
        return name.find_first_of(".\"") == std::string::npos ? name : this->quote(name);
    }

    [[nodiscard]] std::string numbers(int count) const override {
        return "SELECT generate_series(1, " + std::to_string(count) + ") AS n";
    }
};

using PostgresFixture = PostgresFixtureOf<SourceFixture>;

}  // namespace prevision::testing
