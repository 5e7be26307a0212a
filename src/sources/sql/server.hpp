#pragma once

#include <chrono>
#include <string>

#include "core/secret.hpp"
#include "net/host_rules.hpp"
#include "sources/source.hpp"

/// What the engines that connect to a server of SQL share.
namespace prevision::sources {

/// A server, the user who logs in, and what the connector says about the session.
struct SqlServer {
    std::string host;  ///< or the path of a local socket, which begins with '/'; net::resolve takes both
    int port = 0;
    std::string username;
    Secret password;
    std::string time_zone;  ///< of the session; empty: UTC
    std::string
        encoding;  ///< of text whose encoding the server does not know, as iconv(3) names it; may be empty
    net::HostRules rules{};  ///< which addresses it may have
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds wait_limit{60'000};  ///< as a Connection has both
    std::chrono::milliseconds silence_limit{3'600'000};

    [[nodiscard]] bool is_local() const { return host.starts_with('/'); }
    [[nodiscard]] std::string address() const;  ///< "db.example.com:3306", or the socket's path, for messages

    /// How long to wait for a short answer: a little longer than the server waits for a lock, because its message
    /// says more. The server counts in `unit`. 0 is without a limit.
    [[nodiscard]] std::chrono::milliseconds answer_limit(std::chrono::milliseconds unit) const;
};

/// The server that a connection names. Throws Error invalid, naming the field.
SqlServer parse_server(const Connection& connection, int default_port);

/// Does the stages `resolve` and `connect` of a test.
void test_connecting(const SqlServer& server, Cancellation& cancellation, const StageObserver& observer);

/// What the stage `list` of a test shows: "1 database", "3 databases".
std::string count_of(std::size_t count, std::string_view one, std::string_view many);

}  // namespace prevision::sources
