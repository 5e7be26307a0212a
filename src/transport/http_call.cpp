#include "transport/http_call.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/url.hpp"

namespace prevision::transport {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int most_redirects = 10;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The token is sent only to its own host, and never in plain text after TLS.
bool same_place(const net::Url& from, const net::Url& to) {
    if (from.host != to.host) return false;
    return (from.scheme == to.scheme && from.port == to.port) ||
           (from.scheme == "http" && to.scheme == "https");
}

}  // namespace

HttpCall::HttpCall(net::CurlHandle& handle, const HttpSettings& settings, const std::string& platform,
                   const Request& request)
    : handle_(handle),
      settings_(settings),
      platform_(platform),
      request_(request),
      deadline_(steady_clock::now() + request.timeout),
      url_(fmt::format("{}{}{}", platform, api_root, request.path)) {}

HttpExchange& HttpCall::next() {
    milliseconds left{0};
    if (request_.timeout.count() > 0) {
        // At least 1, since 0 means no limit.
        left = std::max(std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now()), milliseconds{1});
    }
    if (hops_ > 0 && request_.upload != nullptr) request_.upload->rewind();
    return exchange_.emplace(handle_, settings_, request_, url_, left);
}

std::optional<Response> HttpCall::take(Response response) {
    const auto location = handle_.info<CURLINFO_REDIRECT_URL>();
    if (!is_redirect(response.status) || location.empty()) return response;
    if (++hops_ > most_redirects) {
        throw Error(ErrorClass::invalid,
                    fmt::format("cannot call {}: it redirects more than {} times", platform_, most_redirects),
                    "check the URL");
    }
    visited_.insert(url_);
    url_ = follow(location);
    // In a circle a request could create something several times.
    if (visited_.contains(url_) && response.status != 303) {
        throw Error(ErrorClass::invalid, fmt::format("cannot call {}: it redirects in a circle", platform_),
                    "check the URL");
    }
    if (response.status == 303) {
        // "See other": the request was done, and its result can be read at the new URL.
        request_.method = "GET";
        request_.body.clear();
        request_.upload = nullptr;
    }
    return std::nullopt;
}

std::string HttpCall::follow(const std::string& to) const {
    const auto here = net::parse_http_url(url_);
    const auto there = net::parse_http_url(to);
    if (here && there && same_place(*here, *there)) return to;
    const std::string target = there ? there->origin() : "an invalid address";
    throw Error(
        ErrorClass::invalid,
        fmt::format("cannot call {}: it redirects to {}, where the token must not go", platform_, target),
        there ? fmt::format("if that is the platform, give its URL: {}", target) : "check the URL");
}

}  // namespace prevision::transport
