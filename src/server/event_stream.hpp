#pragma once

#include <deque>

#include "platform/events.hpp"
#include "server/connection.hpp"

namespace prevision::server {

/// The events of a platform on their way to one client. Needs no thread: what waits to be sent is a short
/// queue, and a client that lets it grow is given up. All on the connection's executor.
class EventStream : public std::enable_shared_from_this<EventStream> {
  public:
    EventStream(std::shared_ptr<Connection> connection, bool chunked,
                std::chrono::milliseconds comment_interval, std::chrono::milliseconds write_time);

    /// Sends until the client goes, is too slow, or `stop` is called. The head was sent.
    asio::awaitable<void> run(platform::EventBus& bus);

    void stop();

  private:
    asio::awaitable<void> send(std::string text);
    asio::awaitable<void> watch();
    void push(std::string text);

    std::shared_ptr<Connection> connection_;
    bool chunked_;
    std::chrono::milliseconds comment_interval_;
    std::chrono::milliseconds write_time_;
    asio::steady_timer wake_;
    std::deque<std::string> queue_;
    bool over_ = false;
};

}  // namespace prevision::server
