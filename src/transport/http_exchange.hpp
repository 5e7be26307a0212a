#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/curl.hpp"
#include "net/url.hpp"
#include "transport/http_transport.hpp"
#include "transport/transport.hpp"

namespace prevision::transport {

/// One request to one URL, and its answer. Lives as long as the call.
class HttpExchange {
  public:
    /// `timeout` is what is left for the call, 0 is no limit. All must outlive the exchange.
    HttpExchange(net::CurlHandle& handle, const HttpSettings& settings, const Request& request,
                 const std::string& url, std::chrono::milliseconds timeout);

    /// Throws as Transport::send does.
    Response run();

    /// Or, beside others on the handle's pool: what begins it, and what to call when the handle's transfer
    /// has ended.
    void start();
    Response finish();

  private:
    void prepare();
    Response conclude(CURLcode code);
    void set_connection();
    void set_method();
    void set_upload();
    void set_headers();
    std::size_t read_upload(std::span<char> buffer);
    bool may_send();
    void take_header(std::string_view line);
    void take_body(std::string_view chunk);
    [[noreturn]] void fail(CURLcode code) const;
    [[nodiscard]] std::string reason(CURLcode code) const;
    [[nodiscard]] std::string hint(CURLcode code) const;
    /// A body that streams takes as long as it takes.
    [[nodiscard]] bool is_download() const { return request_.sink != nullptr && request_.upload == nullptr; }
    [[nodiscard]] bool is_safe() const { return request_.method == "GET" || request_.method == "HEAD"; }

    net::CurlHandle& handle_;
    const HttpSettings& settings_;
    const Request& request_;
    const std::string& url_;
    net::Url target_;
    std::chrono::milliseconds timeout_;
    Response response_;
    std::uint64_t uploaded_ = 0;
    bool sent_ = false;      // a connection stood, and the request was handed to it
    bool answered_ = false;  // since then, a part of an answer came
    bool head_ended_ = false;
};

/// Whether the platform means success: 200–210 and 226.
bool is_success(int status);

}  // namespace prevision::transport
