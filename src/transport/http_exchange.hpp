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

/// One request to one URL, and its answer.
class HttpExchange {
  public:
    /// `timeout` is the time left for the call, 0 for no limit. The arguments must outlive the exchange.
    HttpExchange(net::CurlHandle& handle, const HttpSettings& settings, const Request& request,
                 const std::string& url, std::chrono::milliseconds timeout);

    /// Throws as Transport::send does.
    Response run();

    /// The same in two steps, for several exchanges on the handle's pool: `finish` when the handle's transfer has ended.
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
    /// A streamed body has no time limit.
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
    bool sent_ = false;      // the request was given to an open connection
    bool answered_ = false;  // and a part of an answer came after that
    bool head_ended_ = false;
};

}  // namespace prevision::transport
