#include "sources/mysql/target.hpp"

#include <fmt/format.h>

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

}  // namespace

Target parse_target(const Connection& connection) {
    return {parse_server(connection, standard_port), parse_tls(connection)};
}

}  // namespace prevision::sources::mysql
