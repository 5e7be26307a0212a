#pragma once

#include "server/connection.hpp"
#include "server/context.hpp"
#include "server/event_stream.hpp"
#include "server/request_reader.hpp"

namespace prevision::server {

/// A client's connection from its first request to its last. All on the connection's executor.
class Session : public std::enable_shared_from_this<Session> {
  public:
    /// `context` must outlive it.
    Session(std::shared_ptr<Connection> connection, Context& context);

    asio::awaitable<void> run();

    /// Closes it if it waits for a request or streams events; a running call is answered first.
    void drain();

    /// Closes it at once.
    void abort();

    [[nodiscard]] asio::any_io_executor executor() { return connection_->executor(); }

  private:
    asio::awaitable<bool> serve_next();
    asio::awaitable<bool> serve(const RequestHead& head, Exchange& exchange);
    asio::awaitable<bool> call(const RequestHead& head, const platform::Caller& caller, Exchange& exchange);
    asio::awaitable<void> read_body(const RequestHead& head, Spool& spool);
    asio::awaitable<bool> reply(const platform::Answer& answer, bool keep_alive, bool with_body,
                                Exchange& exchange);
    asio::awaitable<bool> stream(platform::Answer& answer, const RequestHead& head, Exchange& exchange);
    asio::awaitable<void> stream_events(const platform::Answer& answer, const RequestHead& head,
                                        const platform::Caller& caller, Exchange& exchange);
    asio::awaitable<std::optional<platform::Caller>> find_caller(const std::string& token);
    [[nodiscard]] std::optional<platform::Answer> open_answer(const RequestHead& head);

    std::shared_ptr<Connection> connection_;
    Context& context_;
    RequestReader reader_;
    std::shared_ptr<EventStream> events_;
    bool waiting_ = false;  ///< for a request
};

}  // namespace prevision::server
