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

/// Under which a platform's calls lie.
inline constexpr std::string_view api_root = "/ext/v1";

/// One call: an exchange, and more of them where the platform redirects within itself.
class HttpCall {
  public:
    /// `platform` is the platform's URL without `api_root`. All but the request must outlive the call.
    HttpCall(net::CurlHandle& handle, const HttpSettings& settings, const std::string& platform,
             const Request& request);

    /// Makes the exchange that is due. It is the caller's to run or to start.
    HttpExchange& next();

    /// The exchange that was made last.
    [[nodiscard]] HttpExchange& current() { return *exchange_; }

    /// Takes its answer. Nothing is returned when that leads elsewhere: then the next exchange is due. Error
    /// invalid when it leads out of the platform, where the token must not go, or round in a circle.
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
