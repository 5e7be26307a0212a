#pragma once

#include "server/connection.hpp"
#include "server/settings.hpp"

namespace prevision::server {

/// The address to listen on.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Error usage for anything else.
ListenAddress parse_listen_address(const std::string& text);

/// Listens, or takes the inherited socket. Error usage for an address beyond loopback without TLS or --insecure-http; conflict when the port is
/// taken; invalid when the address or the inherited socket cannot be used.
asio::ip::tcp::acceptor open_listener(asio::io_context& io, const Settings& settings);

/// TLS 1.2 and later with the settings' certificate and key. Error usage when one of the two is missing,
/// invalid when a file cannot be read or the key is not the certificate's.
std::unique_ptr<asio::ssl::context> make_tls(const Settings& settings);

}  // namespace prevision::server
