#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/environment.hpp"
#include "core/secret.hpp"
#include "transport/transport.hpp"

namespace prevision::transport {

struct HttpSettings {
    std::string url;  ///< of the platform: "https://cloud.example.com"; a final "/" or "/ext/v1" is fine
    Secret token;     ///< sent as `Authorization: TOKEN`, only to this host
    std::string user_agent;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds stall_timeout{60'000};  ///< ends a download or upload that does not progress
    Environment environment =
        system_environment();  ///< names the proxies and the CA bundle, as curl reads it
};

/// A platform over the network, by libcurl: connections are kept and used again, gzip is accepted for
/// JSON, and redirects are followed within the host. Nothing is opened before the first call. A user and a
/// password in the URL are not used. Error invalid for an invalid URL, and for a token with characters that a header
/// cannot have.
std::unique_ptr<Transport> make_http_transport(HttpSettings settings);

}  // namespace prevision::transport
