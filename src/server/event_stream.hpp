#pragma once

#include <deque>

#include "platform/events.hpp"
#include "server/connection.hpp"

namespace prevision::server {

/// Sends the platform's events to one client, from a bounded queue and without a thread of its own: a client that
/// lets the queue fill is disconnected. All on the connection's executor.
class EventStream : public std::enable_shared_from_this<EventStream> {
  public:
    EventStream(std::shared_ptr<Connection> connection, bool chunked,
                std::chrono::milliseconds comment_interval, std::chrono::milliseconds write_time);

    /// Sends until the client closes or is too slow, or `stop` is called. The head must have been sent.
    /// With a project, only the events of its objects are sent.
    asio::awaitable<void> run(platform::EventBus& bus, const std::string& project_id);

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
