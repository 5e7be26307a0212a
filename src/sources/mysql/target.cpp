#include "sources/mysql/target.hpp"

#include <cstring>

#include <fmt/format.h>
#include <sys/un.h>

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
    if (is_local_socket()) return host;
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

std::vector<net::Address> Target::resolve() const {
    if (!is_local_socket()) return net::resolve(host, port, rules);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    host.copy(static_cast<char*>(name.sun_path), sizeof name.sun_path - 1);
    net::Address address{.size = sizeof name, .text = host};
    std::memcpy(&address.storage, &name, sizeof name);
    return {address};
}

Target parse_target(const Connection& connection) {
    const Host host = parse_host(connection.host);
    const bool is_local_socket = host.name.empty();
    if (is_local_socket && host.path.size() >= sizeof(sockaddr_un::sun_path))
        throw Error(ErrorClass::invalid, "invalid host: the path of the socket is too long");
    if (!is_local_socket && !host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the database in the datasource: --database");
    }
    refuse_nul("username", connection.username);
    refuse_nul("password", connection.password.reveal());
    std::string path = host.path;
    if (is_local_socket && connection.reach.folders) path = check_local_file(connection.reach, path);
    return {.host = is_local_socket ? path : host.name,
            .port = choose_port(connection.port, host).value_or(standard_port),
            .username = connection.username,
            .password = connection.password,
            .tls = parse_tls(connection),
            .rules = connection.reach.hosts,
            .connect_timeout = connection.connect_timeout};
}

}  // namespace prevision::sources::mysql
