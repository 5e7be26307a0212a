#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace prevision::server {

/// Limits that keep one client from harming the others.
struct Limits {
    std::size_t header_bytes = std::size_t{16} * 1024;
    std::size_t body_bytes = std::size_t{4} * 1024 * 1024;  ///< of JSON
    std::uint64_t upload_bytes = std::uint64_t{16} << 30U;  ///< of a file
    std::chrono::milliseconds header_time{10'000};          ///< for a whole header, from its first byte
    std::chrono::milliseconds idle_time{60'000};            ///< between two requests
    /// Between two reads of a body; a longer body must come at 16 KiB a second or faster.
    std::chrono::milliseconds body_time{20'000};
    std::chrono::milliseconds write_time{30'000};  ///< for a client to take what was written to it
    std::size_t connections = 8192;
    std::size_t waiting_calls =
        256;  ///< to remote systems, and the same for large files; more are answered 503
    std::size_t calls_of_a_token = 32;  ///< of these at a time; more are answered 503
};

enum class LogFormat { none, text, json };

struct Settings {
    std::string listen = "127.0.0.1:8080";                 ///< HOST:PORT; port 0 is any that is free
    std::optional<int> inherited_socket;                   ///< instead of `listen`: it listens already
    std::optional<std::filesystem::path> tls_certificate;  ///< PEM, with its chain
    std::optional<std::filesystem::path> tls_key;
    bool insecure_http = false;  ///< listen beyond loopback without TLS
    Limits limits;
    std::chrono::milliseconds event_comment{
        15'000};                                    ///< the interval of an event stream's keep-alive comments
    std::chrono::milliseconds token_interval{400};  ///< between checks of the tokens of long calls
    std::chrono::milliseconds drain_time{10'000};   ///< for running calls and jobs, once the server stops
    LogFormat log = LogFormat::text;
};

}  // namespace prevision::server
