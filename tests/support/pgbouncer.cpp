#include "support/pgbouncer.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace prevision::testing {

namespace {

std::string in_quotes(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

}  // namespace

PgBouncer::PgBouncer(const PostgresServer& server)
    : server_(server), process_("postgres"), port_(find_free_port()) {
    const auto folder = process_.folder();
    std::ofstream(folder / "users") << in_quotes(server.username()) << ' ' << in_quotes(server.password())
                                    << '\n';
    std::ofstream(folder / "pgbouncer.ini") << fmt::format(
        "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n"
        "unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = users\npool_mode = transaction\n"
        "default_pool_size = 1\n",
        server.host(), server.port(), port_);
    process_.start({find_program("pgbouncer"), "pgbouncer.ini"});
    process_.wait_until([&] {
        try {
            return !query("SELECT 1;").empty();
        } catch (const std::runtime_error&) {
            return false;
        }
    });
}

std::string PgBouncer::query(const std::string& statements) const {
    return server_.query(statements, "shop", port_);
}

}  // namespace prevision::testing
