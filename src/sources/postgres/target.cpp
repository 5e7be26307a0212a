#include "sources/postgres/target.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/host.hpp"

namespace prevision::sources::postgres {

namespace {

constexpr std::array<std::string_view, 6> modes{"disable", "allow",     "prefer",
                                                "require", "verify-ca", "verify-full"};

std::string parse_tls_mode(const Connection& connection) {
    const auto found = connection.options.find("tls");
    std::string value = found == connection.options.end() ? "" : found->second;
    if (value.empty()) {
        auto mode = connection.environment.get("PGSSLMODE").value_or("prefer");
        if (std::ranges::find(modes, mode) != modes.end()) return mode;
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid tls: PGSSLMODE is '{}', which is no mode", mode),
                    fmt::format("one of: {}", fmt::join(modes, ", ")));
    }
    if (value == "verify") return "verify-full";
    if (std::ranges::find(modes, value) != modes.end()) return value;
    throw Error(ErrorClass::invalid, fmt::format("invalid tls: '{}' is none of its values", value),
                fmt::format("one of: {}, verify", fmt::join(modes, ", ")));
}

std::string find_password_file(const Environment& environment) {
    if (auto file = environment.get("PGPASSFILE")) return *file;
    const auto home = environment.get("HOME");
    return home ? *home + "/.pgpass" : "";
}

// The library trusts what PGSSLROOTCERT or ~/.postgresql/root.crt hold. Where there is neither, what this
// machine trusts.
std::string find_root_certificate(const Environment& environment, std::string_view tls_mode) {
    if (auto named = environment.get("PGSSLROOTCERT")) return *named;
    std::error_code ignored;
    if (const auto home = environment.get("HOME")) {
        auto own = *home + "/.postgresql/root.crt";
        if (std::filesystem::exists(own, ignored)) return own;
    }
    if (!tls_mode.starts_with("verify")) return "";
    if (auto named = environment.get("SSL_CERT_FILE")) return *named;
    for (const auto* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
        if (std::filesystem::exists(file, ignored)) return file;
    }
    return "";
}

void refuse_nul(const std::string& text, std::string_view field) {
    if (text.find('\0') == std::string::npos) return;
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: it holds a NUL byte", field));
}

}  // namespace

std::string Target::address() const {
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

std::string Target::user() const {
    return username.empty() ? "the user of this process" : fmt::format("'{}'", username);
}

Target parse_target(const Connection& connection) {
    const Host host = parse_host(connection.host);
    if (host.name.empty()) {
        throw Error(ErrorClass::invalid, "invalid host: it is a file or a folder",
                    "a PostgreSQL server is called over TCP: give its name or address");
    }
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    refuse_nul(connection.username, "username");
    refuse_nul(connection.password.reveal(), "password");
    const auto tls_mode = parse_tls_mode(connection);
    return {.host = host.name,
            .port = choose_port(connection.port, host).value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .password_file = find_password_file(connection.environment),
            .tls_mode = tls_mode,
            .root_certificate = find_root_certificate(connection.environment, tls_mode),
            .connect_timeout = connection.connect_timeout};
}

}  // namespace prevision::sources::postgres
