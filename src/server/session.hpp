#pragma once

#include <set>

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

    /// Closes it if a long call or an event stream runs for a token that is not among the valid ones.
    void end_unless(const std::set<std::string>& valid_tokens);

    [[nodiscard]] asio::any_io_executor executor() { return connection_->executor(); }

  private:
    /// While it lives, the session has a call or stream that ends with its token.
    class LongCall {
      public:
        LongCall(Session& session, const std::string& token, std::shared_ptr<Cancellation> cancellation);
        ~LongCall();
        LongCall(const LongCall&) = delete;
        LongCall& operator=(const LongCall&) = delete;

      private:
        Session& session_;
    };

    asio::awaitable<bool> serve_next();
    asio::awaitable<bool> serve(const RequestHead& head, Exchange& exchange);
    asio::awaitable<bool> call(const RequestHead& head, const platform::Caller& caller, Exchange& exchange);
    asio::awaitable<void> read_body(const RequestHead& head, Spool& spool);
    asio::awaitable<bool> reply(const platform::Answer& answer, bool keep_alive, bool with_body,
                                Exchange& exchange);
    asio::awaitable<bool> answer_call(platform::Call& call, platform::Pace pace, const RequestHead& head,
                                      Exchange& exchange);
    asio::awaitable<void> watch_client(std::shared_ptr<Cancellation> cancellation);
    asio::awaitable<void> end_watch();
    asio::awaitable<bool> stream(platform::Answer& answer, platform::Pace pace, const RequestHead& head,
                                 Exchange& exchange);
    asio::awaitable<void> stream_events(const platform::Answer& answer, const RequestHead& head,
                                        const platform::Caller& caller, Exchange& exchange);
    asio::awaitable<std::optional<platform::Caller>> find_caller(const std::string& token);
    [[nodiscard]] std::optional<platform::Answer> open_answer(const RequestHead& head);

    std::shared_ptr<Connection> connection_;
    Context& context_;
    RequestReader reader_;
    std::shared_ptr<EventStream> events_;
    bool waiting_ = false;    ///< for a request
    std::string long_token_;  ///< the id of the token of a long call; else empty
    std::shared_ptr<Cancellation> long_cancellation_;
    bool watching_ = false;  ///< `watch_client` runs
    bool watch_ends_ = false;
    asio::steady_timer watch_ended_;
};

}  // namespace prevision::server
