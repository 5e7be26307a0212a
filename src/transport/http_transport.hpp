#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/secret.hpp"
#include "transport/transport.hpp"

namespace prevision::transport {

struct HttpSettings {
    std::string url;  ///< of the platform, without /ext/v1: "https://cloud.example.com"
    Secret token;     ///< sent as `Authorization: TOKEN`, to this host alone
    std::string user_agent;
    std::chrono::milliseconds connect_timeout{10'000};
};

/// A platform across the network, by libcurl: connections are kept and used again, gzip is accepted, and
/// proxies and the CA bundle come from the environment as curl takes them. Error invalid when the URL is
/// none.
std::unique_ptr<Transport> make_http_transport(HttpSettings settings);

}  // namespace prevision::transport
