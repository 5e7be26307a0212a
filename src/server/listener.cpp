#include "server/listener.hpp"

#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::server {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

asio::ip::address resolve(asio::io_context& io, const ListenAddress& address) {
    error_code error;
    auto literal = asio::ip::make_address(address.host, error);
    if (!error) return literal;
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(address.host, "", tcp::resolver::passive, error);
    if (error || found.empty()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("cannot listen on {}: there is no such host", address.host));
    }
    return found.begin()->endpoint().address();
}

/// Error usage for an address beyond loopback without TLS or --insecure-http.
void check_width(const tcp::endpoint& endpoint, const Settings& settings) {
    if (endpoint.address().is_loopback() || settings.tls_certificate || settings.insecure_http) return;
    std::ostringstream shown;
    shown << endpoint;
    throw Error(ErrorClass::usage,
                fmt::format("cannot listen on {}: without TLS, tokens and data can be read on the network",
                            shown.str()),
                "--tls-cert FILE --tls-key FILE; or --insecure-http behind a proxy that does TLS");
}

/// Takes a socket that another program opened.
tcp::acceptor adopt(asio::io_context& io, int socket, const Settings& settings) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int listens = 0;
    socklen_t listens_size = sizeof listens;
    const bool usable = ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                        (address.ss_family == AF_INET || address.ss_family == AF_INET6) &&
                        ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) == 0 &&
                        listens != 0;
    if (!usable) {
        throw Error(ErrorClass::invalid, "the inherited descriptor is no TCP socket that listens",
                    "the socket unit needs one ListenStream=ADDRESS:PORT");
    }
    tcp::acceptor acceptor(asio::make_strand(io));
    acceptor.assign(address.ss_family == AF_INET ? tcp::v4() : tcp::v6(), socket);
    check_width(acceptor.local_endpoint(), settings);
    return acceptor;
}

[[noreturn]] void refuse_file(const std::filesystem::path& path, std::string_view what,
                              const error_code& error) {
    throw Error(ErrorClass::invalid,
                fmt::format("cannot use {} as the {}: {}", path.string(), what, error.message()),
                "it must be a PEM file that this user can read, and the two must belong together");
}

}  // namespace

ListenAddress parse_listen_address(const std::string& text) {
    const auto refuse = [&] {
        return Error(ErrorClass::usage, fmt::format("--listen '{}' is not HOST:PORT", text),
                     "for example --listen 127.0.0.1:8080");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) throw refuse();
    ListenAddress address{.host = text.substr(0, colon)};
    if (address.host.starts_with('[') && address.host.ends_with(']') && address.host.size() > 2) {
        address.host = address.host.substr(1, address.host.size() - 2);
    } else if (address.host.find(':') != std::string::npos) {
        throw refuse();
    }
    const auto port = parse_integer(text.substr(colon + 1));
    if (address.host.empty() || !port || *port < 0 || *port > 65535) throw refuse();
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

tcp::acceptor open_listener(asio::io_context& io, const Settings& settings) {
    if (settings.inherited_socket) return adopt(io, *settings.inherited_socket, settings);
    const auto wanted = parse_listen_address(settings.listen);
    const tcp::endpoint endpoint(resolve(io, wanted), wanted.port);
    check_width(endpoint, settings);
    tcp::acceptor acceptor(asio::make_strand(io));
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return acceptor;
    const bool taken = error == asio::error::address_in_use;
    throw Error(taken ? ErrorClass::conflict : ErrorClass::invalid,
                fmt::format("cannot listen on {}: {}", settings.listen, error.message()),
                taken ? "stop the program that listens there, or choose another port with --listen" : "");
}

std::unique_ptr<asio::ssl::context> make_tls(const Settings& settings) {
    if (settings.tls_certificate.has_value() != settings.tls_key.has_value()) {
        throw Error(ErrorClass::usage, "--tls-cert and --tls-key go together: one of them is missing");
    }
    if (!settings.tls_certificate) return nullptr;
    auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                     asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_sslv3);
    error_code error;
    tls->use_certificate_chain_file(settings.tls_certificate->string(), error);
    if (error) refuse_file(*settings.tls_certificate, "certificate", error);
    tls->use_private_key_file(settings.tls_key->string(), asio::ssl::context::pem, error);
    if (error) refuse_file(*settings.tls_key, "key", error);
    return tls;
}

}  // namespace prevision::server
