#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "net/curl.hpp"
#include "transport/http_exchange.hpp"
#include "transport/http_transport.hpp"
#include "transport/transport.hpp"

namespace prevision::transport {

/// The path of a platform's API.
inline constexpr std::string_view api_root = "/ext/v1";

/// One call: an exchange, and another one for each redirect within the platform.
class HttpCall {
  public:
    /// `platform` is the platform's URL without `api_root`. All but the request must outlive the call.
    HttpCall(net::CurlHandle& handle, const HttpSettings& settings, const std::string& platform,
             const Request& request);

    /// Makes the next exchange, which the caller runs or starts.
    HttpExchange& next();

    /// The latest exchange.
    [[nodiscard]] HttpExchange& current() { return *exchange_; }

    /// Takes the answer of the latest exchange. Returns nothing for a redirect: then call `next` again. Error invalid for a
    /// redirect in a circle, or to another host, which must not get the token.
    std::optional<Response> take(Response response);

  private:
    [[nodiscard]] std::string follow(const std::string& to) const;

    net::CurlHandle& handle_;
    const HttpSettings& settings_;
    const std::string& platform_;
    Request request_;
    std::chrono::steady_clock::time_point deadline_;
    std::string url_;
    int hops_ = 0;
    std::set<std::string> visited_;
    std::optional<HttpExchange> exchange_;
};

}  // namespace prevision::transport
