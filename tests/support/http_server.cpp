#include "support/http_server.hpp"

#include <mutex>
#include <stdexcept>
#include <thread>

#include <httplib.h>

#include "core/text.hpp"

namespace prevision::testing {

std::string HttpRequest::header(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [header, value] : headers) {
        if (equal_ignoring_case(header, name)) values.push_back(value);
    }
    return join(values, ", ");
}

struct HttpServer::State {
    std::unique_ptr<httplib::Server> server;
    Handler handler;
    bool tls = false;
    int port = 0;
    mutable std::mutex mutex;
    std::vector<HttpRequest> requests;
    std::thread thread;

    void answer(const httplib::Request& from, httplib::Response& to);
    void start();
};

void HttpServer::State::answer(const httplib::Request& from, httplib::Response& to) {
    HttpRequest request{from.method, from.target, {}, from.body, from.remote_port};
    for (const auto& [name, value] : from.headers) {
        // httplib's own additions, which the client did not send.
        if (name != "REMOTE_ADDR" && name != "REMOTE_PORT" && name != "LOCAL_ADDR" && name != "LOCAL_PORT")
            request.headers.emplace_back(name, value);
    }
    {
        const std::lock_guard lock(mutex);
        requests.push_back(request);
    }
    const HttpAnswer answer = handler(request);
    to.status = answer.status;
    for (const auto& [name, value] : answer.headers) to.set_header(name, value);
    if (answer.stream) {
        to.set_chunked_content_provider(
            answer.content_type, [stream = answer.stream](std::size_t /*offset*/, httplib::DataSink& sink) {
                if (!stream([&](std::string_view part) { return sink.write(part.data(), part.size()); }))
                    sink.done();
                return true;
            });
    } else if (!answer.body.empty()) {
        to.set_content(answer.body, answer.content_type);
    }
}

void HttpServer::State::start() {
    const auto handle = [this](const httplib::Request& from, httplib::Response& to) { answer(from, to); };
    server->Get(".*", handle);
    server->Post(".*", handle);
    server->Put(".*", handle);
    server->Patch(".*", handle);
    server->Delete(".*", handle);
    server->Options(".*", handle);
    server->set_keep_alive_max_count(1'000'000);
    server->set_tcp_nodelay(true);
    port = server->bind_to_any_port("127.0.0.1");
    if (port <= 0) throw std::runtime_error("no port is free for the test server");
    thread = std::thread([this] { server->listen_after_bind(); });
    while (!server->is_running()) std::this_thread::yield();
}

HttpServer::HttpServer(Handler handler) : state_(std::make_unique<State>()) {
    state_->server = std::make_unique<httplib::Server>();
    state_->handler = std::move(handler);
    state_->start();
}

HttpServer::HttpServer(Handler handler, const std::filesystem::path& certificate,
                       const std::filesystem::path& key)
    : state_(std::make_unique<State>()) {
    state_->server = std::make_unique<httplib::SSLServer>(certificate.c_str(), key.c_str());
    if (!state_->server->is_valid()) throw std::runtime_error("the test server takes no such certificate");
    state_->handler = std::move(handler);
    state_->tls = true;
    state_->start();
}

HttpServer::~HttpServer() {
    state_->server->stop();
    state_->thread.join();
}

int HttpServer::port() const { return state_->port; }

std::string HttpServer::url() const {
    return (state_->tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(state_->port);
}

std::vector<HttpRequest> HttpServer::requests() const {
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
}

}  // namespace prevision::testing
