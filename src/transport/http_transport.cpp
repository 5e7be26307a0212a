#include "transport/http_transport.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/curl.hpp"
#include "net/url.hpp"
#include "transport/http_exchange.hpp"

namespace prevision::transport {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int most_redirects = 10;
constexpr std::string_view api_root = "/ext/v1";

/// The platform's URL without what follows its own part: no final '/', no /ext/v1, no user and password.
std::string platform_url(const std::string& text) {
    const auto url = net::parse_http_url(text);
    if (!url || url->has_query || url->has_fragment) {
        throw Error(ErrorClass::invalid,
                    fmt::format("the platform's URL cannot be right: '{}'", net::mask_url(text)),
                    "give it as https://HOST or https://HOST:PORT");
    }
    std::string_view path = url->path;
    const auto drop_slashes = [&path] {
        while (path.ends_with('/')) path.remove_suffix(1);
    };
    drop_slashes();
    if (path.ends_with(api_root)) path.remove_suffix(api_root.size());
    drop_slashes();
    return fmt::format("{}{}", url->origin(), path);
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

/// A line break in a header would begin another header.
void check_headers(const Request& request) {
    for (const auto& header : request.headers) {
        if (has_control_characters(header.name) || has_control_characters(header.value)) {
            throw Error(ErrorClass::invalid,
                        fmt::format("cannot call {} {}: a header holds a control character", request.method,
                                    request.path));
        }
    }
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The token goes to the host that it was given for, and never from TLS to plain text.
bool same_place(const net::Url& from, const net::Url& to) {
    if (from.host != to.host) return false;
    return (from.scheme == to.scheme && from.port == to.port) ||
           (from.scheme == "http" && to.scheme == "https");
}

class HttpTransport final : public Transport {
  public:
    explicit HttpTransport(HttpSettings settings)
        : settings_(std::move(settings)), url_(platform_url(settings_.url)) {
        settings_.url.clear();  // it may hold a password
        if (has_control_characters(settings_.token.reveal())) {
            throw Error(ErrorClass::invalid, "the token cannot be right: it holds a control character",
                        "check it for a line break");
        }
    }

    Response send(const Request& request) override;

    [[nodiscard]] std::string description() const override { return url_; }

  private:
    [[nodiscard]] std::string follow(const std::string& from, const std::string& to) const;

    HttpSettings settings_;
    std::string url_;
    std::optional<net::CurlHandle> handle_;
};

Response HttpTransport::send(const Request& request) {
    check_headers(request);
    if (!handle_) handle_.emplace();
    const auto deadline = steady_clock::now() + request.timeout;
    Request current = request;
    std::string url = fmt::format("{}{}{}", url_, api_root, request.path);
    for (int hop = 0; hop <= most_redirects; ++hop) {
        milliseconds left{0};
        if (request.timeout.count() > 0) {
            // At least 1, since 0 is no limit.
            left = std::max(std::chrono::ceil<milliseconds>(deadline - steady_clock::now()), milliseconds{1});
        }
        if (hop > 0 && current.upload != nullptr) current.upload->rewind();
        Response response = HttpExchange(*handle_, settings_, current, url, left).run();
        const auto location = handle_->info<CURLINFO_REDIRECT_URL>();
        if (!is_redirect(response.status) || location.empty()) return response;
        url = follow(url, location);
        if (response.status == 303) {
            // "See other": the request was dealt with, and its result can be read there.
            current.method = "GET";
            current.body.clear();
            current.upload = nullptr;
        }
    }
    throw Error(ErrorClass::invalid,
                fmt::format("cannot call {}: it redirects more than {} times", url_, most_redirects),
                "check the URL");
}

std::string HttpTransport::follow(const std::string& from, const std::string& to) const {
    const auto here = net::parse_http_url(from);
    const auto there = net::parse_http_url(to);
    if (here && there && same_place(*here, *there)) return to;
    const std::string target = there ? there->origin() : "what is no web address";
    throw Error(ErrorClass::invalid,
                fmt::format("cannot call {}: it redirects to {}, where the token must not go", url_, target),
                there ? fmt::format("if that is the platform, give its URL: {}", target) : "check the URL");
}

}  // namespace

std::unique_ptr<Transport> make_http_transport(HttpSettings settings) {
    return std::make_unique<HttpTransport>(std::move(settings));
}

}  // namespace prevision::transport
