#include "server/event_stream.hpp"

#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/response.hpp"

namespace prevision::server {

namespace {

constexpr std::size_t most_waiting = 10'000;

}  // namespace

EventStream::EventStream(std::shared_ptr<Connection> connection, bool chunked,
                         std::chrono::milliseconds comment_interval, std::chrono::milliseconds write_time)
    : connection_(std::move(connection)),
      chunked_(chunked),
      comment_interval_(comment_interval),
      write_time_(write_time),
      wake_(connection_->executor()) {}

void EventStream::stop() {
    over_ = true;
    wake_.cancel();
}

void EventStream::push(std::string text) {
    if (queue_.size() >= most_waiting) return stop();
    queue_.push_back(std::move(text));
    wake_.cancel();
}

asio::awaitable<void> EventStream::send(std::string text) {
    const auto bytes = chunked_ ? chunk_of(text) : std::move(text);
    co_await connection_->write(bytes, std::chrono::steady_clock::now() + write_time_);
}

/// Reads, to notice at once that the client has closed; a write would fail only later.
asio::awaitable<void> EventStream::watch() {
    const auto self = shared_from_this();
    std::array<char, 512> ignored{};
    try {
        while (co_await connection_->read_some(ignored, Deadline::max()) > 0) {
        }
    } catch (const ConnectionLost&) {
        over_ = true;
    }
    stop();
}

asio::awaitable<void> EventStream::run(platform::EventBus& bus, const std::string& project_id) {
    const auto subscription = bus.subscribe([weak = weak_from_this(), executor = connection_->executor(),
                                             project_id](const platform::Event& event) {
        if (!project_id.empty() && event.project_id != project_id) return;
        asio::post(executor, [weak, text = platform::encode(event)] {
            if (const auto self = weak.lock()) self->push(text);
        });
    });
    asio::co_spawn(connection_->executor(), watch(), asio::detached);
    try {
        co_await send(": connected\n\n");
        while (!over_) {
            boost::system::error_code woken;
            if (queue_.empty()) {
                wake_.expires_after(comment_interval_);
                co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
                if (!woken && !over_) co_await send(": keep-alive\n\n");
            }
            while (!queue_.empty() && !over_) {
                const auto text = std::move(queue_.front());
                queue_.pop_front();
                co_await send(text);
            }
        }
    } catch (const ConnectionLost&) {
        over_ = true;
    }
    connection_->close();
}

}  // namespace prevision::server
