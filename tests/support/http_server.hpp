#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prevision::testing {

struct HttpRequest {
    std::string method;
    std::string target;  ///< as it was sent: path and query
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    int remote_port = 0;  ///< tells connections apart

    /// All values of a header, joined by ", "; empty where there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

struct HttpAnswer {
    int status = 200;
    std::string body = {};
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};

    /// Instead of `body`: called until it returns false, with the function that sends a part (false: the
    /// client has gone).
    std::function<bool(const std::function<bool(std::string_view)>& send)> stream = nullptr;
};

/// A well-behaved HTTP server on a free port of 127.0.0.1. It keeps connections, and compresses JSON for who
/// takes that. The handler runs on several threads at once.
class HttpServer {
  public:
    using Handler = std::function<HttpAnswer(const HttpRequest&)>;

    explicit HttpServer(Handler handler);

    /// With TLS.
    HttpServer(Handler handler, const std::filesystem::path& certificate, const std::filesystem::path& key);

    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] int port() const;
    [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:PORT"

    /// All that came so far, in order.
    [[nodiscard]] std::vector<HttpRequest> requests() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace prevision::testing
