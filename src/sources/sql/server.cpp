#include "sources/sql/server.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "net/socket.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"
#include "sources/sql/text_converter.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

// The server knows which zones exist; the characters are checked because the name becomes part of a statement.
std::string parse_time_zone(const Connection& connection) {
    const auto zone = option_of(connection, "time_zone");
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("+-_/:").find(c) != std::string_view::npos;
    };
    if (!std::ranges::all_of(zone, is_part)) {
        refuse_field("time_zone", fmt::format("'{}' is not the name of a zone", zone),
                     "for example Europe/Paris, UTC or +05:30");
    }
    return zone;
}

}  // namespace

std::string SqlServer::address() const { return is_local() ? host : format_address(host, port); }

std::chrono::milliseconds SqlServer::answer_limit(std::chrono::milliseconds unit) const {
    constexpr std::chrono::milliseconds margin{500};
    return wait_limit.count() == 0
               ? wait_limit
               : (wait_limit + unit - std::chrono::milliseconds(1)) / unit * unit + margin;
}

SqlServer parse_server(const Connection& connection, int default_port) {
    const Host host = parse_host(connection.host);
    if (!host.name.empty() && !host.path.empty() && host.path != "/") {
        refuse_field("host", "a path follows it", "name the database in the datasource: --database");
    }
    refuse_nul("username", connection.username);
    refuse_nul("password", connection.password.reveal());
    auto path = host.path;
    if (host.name.empty() && connection.reach.folders) path = check_local_file(connection.reach, path);
    return {.host = host.name.empty() ? path : host.name,
            .port = choose_port(connection.port, host).value_or(default_port),
            .username = connection.username,
            .password = connection.password,
            .time_zone = parse_time_zone(connection),
            .encoding = parse_encoding(connection),
            .rules = connection.reach.hosts,
            .connect_timeout = connection.connect_timeout,
            .wait_limit = connection.wait_limit,
            .silence_limit = connection.silence_limit};
}

void test_connecting(const SqlServer& server, Cancellation& cancellation, const StageObserver& observer) {
    std::vector<net::Address> addresses;
    run_stage(observer, "resolve", [&] {
        addresses = net::resolve(server.host, server.port, server.rules);
        return addresses.empty() ? "" : addresses.front().text;
    });
    run_stage(observer, "connect", [&] {
        net::connect(addresses, server.address(), server.connect_timeout, cancellation);
        return server.address();
    });
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace prevision::sources
