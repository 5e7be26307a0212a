#include "transport/http_transport.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/curl.hpp"
#include "net/url.hpp"
#include "transport/http_call.hpp"

namespace prevision::transport {

namespace {

/// The platform's URL without a final '/', /ext/v1, user and password.
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

/// A line break would begin another header.
void check_headers(const Request& request) {
    for (const auto& header : request.headers) {
        if (has_control_characters(header.name) || has_control_characters(header.value)) {
            throw Error(ErrorClass::invalid,
                        fmt::format("cannot call {} {}: a header holds a control character", request.method,
                                    request.path));
        }
    }
}

/// Calls at the same time, over the transport's connections.
class HttpCalls final : public Calls {
  public:
    HttpCalls(const HttpSettings& settings, const std::string& url, std::shared_ptr<net::CurlPool> pool)
        : settings_(settings), url_(url), pool_(std::move(pool)) {}

    void start(std::int64_t number, const Request& request) override;
    std::optional<Ended> wait(std::chrono::milliseconds limit) override;

  private:
    struct UnderWay {
        std::int64_t number;
        std::unique_ptr<HttpCall> call;
        std::unique_ptr<net::CurlHandle> handle;  // destroyed first, and with it the transfer
    };
    /// The result of a call that has ended, if there is one.
    std::optional<Ended> take_ended();

    const HttpSettings& settings_;
    const std::string& url_;
    std::shared_ptr<net::CurlPool> pool_;
    std::list<UnderWay> under_way_;
    Cancellation* cancellation_ = nullptr;
};

void HttpCalls::start(std::int64_t number, const Request& request) {
    check_headers(request);
    // A new handle for each: libcurl keeps resources of a transfer while others share its connection.
    auto& added = under_way_.emplace_back(
        UnderWay{.number = number, .call = {}, .handle = std::make_unique<net::CurlHandle>(pool_)});
    added.call = std::make_unique<HttpCall>(*added.handle, settings_, url_, request);
    cancellation_ = request.cancellation;
    added.call->next().start();
}

std::optional<Calls::Ended> HttpCalls::wait(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (auto ended = take_ended()) return ended;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0 || under_way_.empty()) return std::nullopt;
        pool_->wait(left, cancellation_);
    }
}

std::optional<Calls::Ended> HttpCalls::take_ended() {
    for (auto found = under_way_.begin(); found != under_way_.end(); ++found) {
        if (!found->handle->ended()) continue;
        Ended ended{.number = found->number, .response = {}, .failure = {}};
        try {
            auto response = found->call->take(found->call->current().finish());
            if (!response) {
                found->call->next().start();
                continue;
            }
            ended.response = std::move(*response);
        } catch (const TransportError& failure) {
            ended.failure = failure;
        }
        under_way_.erase(found);
        return ended;
    }
    return std::nullopt;
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

    std::unique_ptr<Calls> begin_calls() override {
        return std::make_unique<HttpCalls>(settings_, url_, pool());
    }

    [[nodiscard]] std::string description() const override { return url_; }

  private:
    const std::shared_ptr<net::CurlPool>& pool() {
        if (!pool_) pool_ = std::make_shared<net::CurlPool>();
        return pool_;
    }

    HttpSettings settings_;
    std::string url_;
    std::shared_ptr<net::CurlPool> pool_;
    std::unique_ptr<net::CurlHandle> handle_;
};

Response HttpTransport::send(const Request& request) {
    check_headers(request);
    if (!handle_) handle_ = std::make_unique<net::CurlHandle>(pool());
    HttpCall call(*handle_, settings_, url_, request);
    for (;;) {
        if (auto response = call.take(call.next().run())) return std::move(*response);
    }
}

}  // namespace

std::unique_ptr<Transport> make_http_transport(HttpSettings settings) {
    return std::make_unique<HttpTransport>(std::move(settings));
}

}  // namespace prevision::transport
