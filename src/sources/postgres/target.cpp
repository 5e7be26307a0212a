#include "sources/postgres/target.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::postgres {

namespace {

constexpr std::array<std::string_view, 6> modes{"disable", "allow",     "prefer",
                                                "require", "verify-ca", "verify-full"};

std::string parse_tls_mode(const Connection& connection) {
    const auto value = option_of(connection, "tls");
    if (value.empty()) {
        auto mode = connection.environment.get("PGSSLMODE").value_or("prefer");
        if (std::ranges::find(modes, mode) != modes.end()) return mode;
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid tls: PGSSLMODE is '{}', which is not a mode", mode),
                    fmt::format("one of: {}", fmt::join(modes, ", ")));
    }
    if (value == "verify") return "verify-full";
    if (std::ranges::find(modes, value) != modes.end()) return value;
    throw Error(ErrorClass::invalid, fmt::format("invalid tls: '{}' is not one of its values", value),
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
    for (const auto* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
        if (std::filesystem::exists(file, ignored)) return file;
    }
    return "";
}

// The server knows which zones there are; the characters are checked because the name stands in a statement.
std::string parse_time_zone(const Connection& connection) {
    const auto zone = option_of(connection, "time_zone");
    if (zone.empty()) return "UTC";
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("+-_/:").find(c) != std::string_view::npos;
    };
    if (std::ranges::all_of(zone, is_part)) return zone;
    throw Error(ErrorClass::invalid, fmt::format("invalid time_zone: '{}' is not the name of a zone", zone),
                "for example Europe/Paris, UTC or +05:30");
}

// "/run/postgresql" or "/run/postgresql/.s.PGSQL.5432"
void take_socket(Host& host) {
    constexpr std::string_view mark = "/.s.PGSQL.";
    host.name = host.path;
    const auto at = host.name.rfind(mark);
    if (at == std::string::npos) return;
    if (const auto port = parse_integer(std::string_view(host.name).substr(at + mark.size()))) {
        host.port = static_cast<int>(*port);
        host.name.resize(at);
    }
}

void refuse_nul(const std::string& text, std::string_view field) {
    if (text.find('\0') == std::string::npos) return;
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: it holds a NUL byte", field));
}

}  // namespace

std::string Target::socket_or_host() const {
    return is_local() ? fmt::format("{}/.s.PGSQL.{}", host, port) : host;
}

std::string Target::address() const {
    if (is_local()) return socket_or_host();
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

std::string Target::user() const {
    return username.empty() ? "the user of this process" : fmt::format("'{}'", username);
}

Target parse_target(const Connection& connection) {
    Host host = parse_host(connection.host);
    const auto port = choose_port(connection.port, host);
    if (host.name.empty()) {
        take_socket(host);
    } else if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    if (host.name.starts_with('/') && connection.reach.folders)
        host.name = check_local_file(connection.reach, host.name);
    refuse_nul(connection.username, "username");
    refuse_nul(connection.password.reveal(), "password");
    const auto tls_mode = parse_tls_mode(connection);
    const auto encoding = option_of(connection, "encoding");
    if (!encoding.empty()) TextConverter(encoding, "UTF-8");
    return {.host = host.name,
            .port = port ? *port : host.port.value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .password_file = find_password_file(connection.environment),
            .tls_mode = tls_mode,
            .root_certificate = find_root_certificate(connection.environment, tls_mode),
            .time_zone = parse_time_zone(connection),
            .encoding = encoding,
            .ambient_credentials = connection.reach.ambient_credentials,
            .rules = connection.reach.hosts,
            .row_security = option_of(connection, "row_security") == "apply",
            .connect_timeout = connection.connect_timeout,
            .wait_limit = connection.wait_limit};
}

}  // namespace prevision::sources::postgres
