#include "sources/postgres/target.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/certificates.hpp"
#include "sources/field.hpp"

namespace prevision::sources::postgres {

namespace {

constexpr std::array<std::string_view, 6> modes{"disable", "allow",     "prefer",
                                                "require", "verify-ca", "verify-full"};

std::string parse_tls_mode(const Connection& connection) {
    const auto given = option_of(connection, "tls");
    auto mode = given.empty() ? connection.environment.get("PGSSLMODE").value_or("prefer") : given;
    if (given == "verify") mode = "verify-full";
    if (std::ranges::find(modes, mode) != modes.end()) return mode;
    refuse_field("tls", fmt::format("{}'{}' is not a mode", given.empty() ? "PGSSLMODE: " : "", mode),
                 fmt::format("one of: {}, verify", fmt::join(modes, ", ")));
}

std::string find_password_file(const Environment& environment) {
    if (auto file = environment.get("PGPASSFILE")) return *file;
    const auto home = environment.get("HOME");
    return home ? *home + "/.pgpass" : "";
}

// The certificates in PGSSLROOTCERT or ~/.postgresql/root.crt, as for psql; without these, the machine's.
std::string find_root_certificate(const Environment& environment, std::string_view tls_mode) {
    if (auto named = environment.get("PGSSLROOTCERT")) return *named;
    std::error_code ignored;
    if (const auto home = environment.get("HOME")) {
        auto own = *home + "/.postgresql/root.crt";
        if (std::filesystem::exists(own, ignored)) return own;
    }
    if (!tls_mode.starts_with("verify")) return "";
    if (auto named = environment.get("SSL_CERT_FILE")) return *named;
    return net::system_certificates();
}

// "/run/postgresql", or a socket in it: "/run/postgresql/.s.PGSQL.5432".
constexpr std::string_view socket_mark = "/.s.PGSQL.";

}  // namespace

std::string Target::user() const {
    return username.empty() ? "the user of this process" : fmt::format("'{}'", username);
}

Target parse_target(const Connection& connection) {
    Target target{parse_server(connection, standard_port)};
    if (target.is_local()) {
        const auto mark = target.host.rfind(socket_mark);
        target.socket_folder = target.host.substr(0, mark);
        const auto port =
            mark == std::string::npos
                ? std::nullopt
                : parse_integer(std::string_view(target.host).substr(mark + socket_mark.size()));
        if (port && !connection.port) target.port = static_cast<int>(*port);
        target.host = fmt::format("{}{}{}", target.socket_folder, socket_mark, target.port);
        if (connection.reach.folders) check_local_file(connection.reach, target.host);
    }
    target.password_file = find_password_file(connection.environment);
    target.tls_mode = parse_tls_mode(connection);
    target.root_certificate = find_root_certificate(connection.environment, target.tls_mode);
    target.ambient_credentials = connection.reach.ambient_credentials;
    target.row_security = option_of(connection, "row_security") == "apply";
    return target;
}

}  // namespace prevision::sources::postgres
