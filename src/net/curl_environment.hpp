#pragma once

#include <optional>
#include <string>

#include "core/environment.hpp"
#include "net/curl.hpp"

namespace prevision::net {

/// The proxy that the environment names for a scheme, as the curl tool takes it: `http_proxy` (lower case
/// only, since a web server sets HTTP_PROXY from a request's header), `https_proxy`, `ftp_proxy`, else
/// `all_proxy`. It may hold a password.
std::optional<std::string> proxy_of(const Environment& environment, const std::string& scheme);

/// Gives the handle the proxy, the exceptions from it (`no_proxy`) and the trusted certificates (`CURL_CA_BUNDLE`, else
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's) that this environment names, instead of the process's own.
void apply_environment(CurlHandle& handle, const Environment& environment, const std::string& scheme);

}  // namespace prevision::net
