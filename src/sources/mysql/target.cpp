#include "sources/mysql/target.hpp"

#include <fmt/format.h>

#include "net/certificates.hpp"
#include "sources/field.hpp"

namespace prevision::sources::mysql {

namespace {

Tls parse_tls(const Connection& connection) {
    const auto value = option_of(connection, "tls");
    if (value.empty() || value == "prefer") return Tls::prefer;
    if (value == "disable") return Tls::disable;
    if (value == "require") return Tls::require;
    if (value == "verify") return Tls::verify;
    refuse_field("tls", fmt::format("'{}' is not one of disable, prefer, require, verify", value));
}

std::string find_certificates(const Environment& environment) {
    if (auto file = environment.get("SSL_CERT_FILE")) return *file;
    return environment.get("SSL_CERT_DIR") ? "" : net::system_certificates();
}

}  // namespace

Target parse_target(const Connection& connection) {
    return {parse_server(connection, standard_port), parse_tls(connection),
            find_certificates(connection.environment)};
}

}  // namespace prevision::sources::mysql
