#include "sources/mysql/target.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/host.hpp"

namespace prevision::sources::mysql {

namespace {

Tls parse_tls(const Connection& connection) {
    const auto found = connection.options.find("tls");
    const std::string value = found == connection.options.end() ? "" : found->second;
    if (value.empty() || value == "prefer") return Tls::prefer;
    if (value == "disable") return Tls::disable;
    if (value == "require") return Tls::require;
    if (value == "verify") return Tls::verify;
    throw Error(ErrorClass::invalid, fmt::format("invalid tls: '{}' is not one of its values", value),
                "one of: disable, prefer, require, verify");
}

// The library takes both as C strings.
void refuse_nul(std::string_view field, std::string_view value) {
    if (value.find('\0') == std::string_view::npos) return;
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: it holds a NUL byte", field));
}

}  // namespace

std::string Target::address() const {
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

Target parse_target(const Connection& connection) {
    const Host host = parse_host(connection.host);
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    refuse_nul("username", connection.username);
    refuse_nul("password", connection.password.reveal());
    return {.host = host.name,
            .port = choose_port(connection.port, host).value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .tls = parse_tls(connection),
            .connect_timeout = connection.connect_timeout};
}

}  // namespace prevision::sources::mysql
