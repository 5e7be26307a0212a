#pragma once

#include "server/connection.hpp"
#include "server/settings.hpp"

namespace prevision::server {

/// Where to listen, in two parts.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Error usage when it is none.
ListenAddress parse_listen_address(const std::string& text);

/// Listens. Error usage where that would be wider than this machine, without TLS and without leave; conflict
/// when the port is taken; invalid or internal when the address is not to be had.
asio::ip::tcp::acceptor open_listener(asio::io_context& io, const Settings& settings);

/// TLS 1.2 and later with the settings' certificate and key. Error usage when one of the two is missing,
/// invalid when they are not to be read or do not belong together.
std::unique_ptr<asio::ssl::context> make_tls(const Settings& settings);

}  // namespace prevision::server
