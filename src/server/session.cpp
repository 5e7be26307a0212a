#include "server/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/http/answers.hpp"
#include "server/response.hpp"

namespace prevision::server {

using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds watch_step{50};

constexpr std::string_view api_prefix = "/ext/v1";

platform::Answer refusal(int status, ErrorClass error_class, const std::string& message,
                         const std::string& hint = {}) {
    return platform::failure_answer(Error(error_class, message, hint).with_status(status));
}

platform::Answer unauthorized() {
    auto answer = refusal(
        401, ErrorClass::auth, "not allowed: the request has no valid token",
        "send the token itself in the header Authorization; 'prevision serve token create' makes one");
    answer.headers.push_back({.name = "WWW-Authenticate", .value = "Token"});
    return answer;
}

platform::Answer busy() {
    auto answer = refusal(503, ErrorClass::unreachable, "the platform is busy", "try again later");
    answer.headers.push_back({.name = "Retry-After", .value = "1"});
    return answer;
}

bool is_multipart(const RequestHead& head) {
    return to_lower(head.content_type).starts_with("multipart/form-data");
}

bool may_look_only(const platform::Caller& caller, const RequestHead& head) {
    return caller.role == platform::Role::viewer && head.method != "GET" && head.method != "HEAD";
}

std::chrono::microseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
}

}  // namespace

Session::Session(std::shared_ptr<Connection> connection, Context& context)
    : connection_(std::move(connection)),
      context_(context),
      reader_(*connection_, context.settings.limits),
      watch_ended_(connection_->executor()) {}

asio::awaitable<void> Session::run() {
    const auto self = shared_from_this();
    bool gone = false;
    try {
        co_await connection_->handshake(steady_clock::now() + context_.settings.limits.header_time);
        while (co_await serve_next()) {
        }
    } catch (const ConnectionLost&) {
        gone = true;
    } catch (const std::exception&) {
        // Too late to answer: close this connection, and keep the others.
        gone = true;
    }
    if (!gone) co_await connection_->finish();
    connection_->close();
}

void Session::drain() {
    if (events_) events_->stop();
    if (waiting_) connection_->close();
}

void Session::end_unless(const std::set<std::string>& valid_tokens) {
    if (long_token_.empty() || valid_tokens.contains(long_token_)) return;
    if (long_cancellation_) long_cancellation_->cancel();
    if (events_) events_->stop();
    connection_->close();
}

Session::LongCall::LongCall(Session& session, const std::string& token,
                            std::shared_ptr<Cancellation> cancellation)
    : session_(session) {
    session_.long_token_ = token;
    session_.long_cancellation_ = std::move(cancellation);
    ++session_.context_.metrics.long_calls;
}

Session::LongCall::~LongCall() {
    --session_.context_.metrics.long_calls;
    session_.long_token_.clear();
    session_.long_cancellation_.reset();
}

// A client that closes only its sending side counts as gone too, as with other servers.
asio::awaitable<void> Session::watch_client(std::shared_ptr<Cancellation> cancellation) {
    const auto self = shared_from_this();
    bool gone = false;
    try {
        gone = !co_await reader_.read_ahead();
    } catch (...) {
        gone = !watch_ends_;
    }
    if (gone) cancellation->cancel();
    watching_ = false;
    watch_ended_.cancel();
}

asio::awaitable<void> Session::end_watch() {
    watch_ends_ = true;
    while (watching_) {
        connection_->cancel_reading();
        boost::system::error_code ignored;
        watch_ended_.expires_after(watch_step);
        co_await watch_ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    watch_ends_ = false;
}

void Session::abort() { connection_->close(); }

asio::awaitable<bool> Session::serve_next() {
    if (context_.draining) co_return false;
    Exchange exchange{.peer = connection_->peer()};
    auto start = steady_clock::now();
    bool go_on = false;
    std::optional<BadRequest> bad;
    bool gone = false;
    try {
        waiting_ = true;
        const auto head = co_await reader_.read_head();
        waiting_ = false;
        start = steady_clock::now();
        if (!head) co_return false;
        exchange.method = head->method;
        exchange.path = head->path;
        go_on = co_await serve(*head, exchange);
    } catch (const BadRequest& request) {
        bad = request;
    } catch (const ConnectionLost&) {
        gone = true;
    }
    waiting_ = false;
    if (gone && exchange.method.empty()) throw ClientGone{};
    if (bad) {
        const auto answer = refusal(bad->status, ErrorClass::invalid, bad->message);
        co_await reply(answer, false, true, exchange);
    }
    exchange.elapsed = since(start);
    context_.metrics.count_request(exchange.status, exchange.elapsed, exchange.bytes);
    context_.log.write(exchange);
    if (gone) throw ClientGone{};
    co_return go_on;
}

/// The calls that need no token.
std::optional<platform::Answer> Session::open_answer(const RequestHead& head) {
    if (head.method != "GET" && head.method != "HEAD") return std::nullopt;
    if (head.path == "/metrics") {
        platform::Answer answer;
        answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
        answer.body = context_.metrics.text(context_.platform.running_jobs());
        return answer;
    }
    if (head.path == "/healthz") {
        return platform::json_answer(context_.draining ? R"({"status":"stopping"})" : R"({"status":"ok"})");
    }
    return std::nullopt;
}

asio::awaitable<std::optional<platform::Caller>> Session::find_caller(const std::string& token) {
    std::optional<platform::TokenRecord> record;
    if (token.empty()) co_return std::nullopt;
    co_await context_.quick.run(connection_->executor(),
                                [&] { record = context_.platform.tokens().find(trim(token)); });
    if (!record) co_return std::nullopt;
    co_return platform::Caller{
        .id = record->id, .name = record->name, .role = record->role, .project_id = record->project_id};
}

// Without a valid token the answer is always the same, and the body is not read.
asio::awaitable<bool> Session::serve(const RequestHead& head, Exchange& exchange) {
    const bool keep_alive = head.keep_alive && !context_.draining;
    if (const auto answer = open_answer(head)) {
        co_return co_await reply(*answer, keep_alive && !head.has_body, head.method != "HEAD", exchange);
    }
    std::optional<platform::Answer> failure;
    std::optional<platform::Caller> caller;
    try {
        caller = co_await find_caller(head.authorization.text);
    } catch (const Error& error) {
        failure = platform::failure_answer(error);
    }
    if (caller) exchange.token_name = caller->name;
    if (!failure && !caller) failure = unauthorized();
    if (!failure && may_look_only(*caller, head)) {
        failure = refusal(403, ErrorClass::auth,
                          fmt::format("not allowed: the token '{}' may only read", caller->name),
                          "use a token of the role editor");
    }
    if (!failure && !head.path.starts_with(api_prefix)) {
        failure = refusal(404, ErrorClass::not_found, fmt::format("there is no call {}", head.path),
                          "the platform's calls are below /ext/v1");
    }
    if (failure) co_return co_await reply(*failure, keep_alive && !head.has_body, true, exchange);
    co_return co_await call(head, *caller, exchange);
}

asio::awaitable<void> Session::read_body(const RequestHead& head, Spool& spool) {
    if (!head.has_body) co_return;
    const auto& limits = context_.settings.limits;
    if (head.expects_continue) {
        co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", steady_clock::now() + limits.write_time);
    }
    co_await reader_.read_body(spool, is_multipart(head) ? limits.upload_bytes : limits.body_bytes);
}

asio::awaitable<bool> Session::call(const RequestHead& head, const platform::Caller& caller,
                                    Exchange& exchange) {
    Spool spool(context_.spool_folder);
    std::optional<platform::Answer> answer;
    try {
        co_await read_body(head, spool);
    } catch (const Error& error) {
        answer = platform::failure_answer(error);
    }
    if (answer) co_return co_await reply(*answer, false, true, exchange);
    platform::Call call{.method = head.method == "HEAD" ? "GET" : head.method,
                        .path = head.path.substr(api_prefix.size()),
                        .query = head.query,
                        .body = {},
                        .cancellation = std::make_shared<Cancellation>(),
                        .content_type = head.content_type,
                        .upload = is_multipart(head) ? &spool : nullptr,
                        .caller = caller};
    spool.rewind();
    if (!is_multipart(head)) call.body = spool.take();
    const Cancellation::Subscription stopping(*context_.cancellation,
                                              [&call] { call.cancellation->cancel(ErrorClass::terminated); });
    const auto pace = context_.platform.pace_of(call);
    std::optional<LongCall> long_call;
    std::optional<Slots::Slot> slot;
    if (pace != platform::Pace::store) {
        slot = context_.token_calls.take(caller.id);
        if (!slot || context_.workers(pace).busy() >= context_.settings.limits.waiting_calls)
            co_return co_await reply(busy(), head.keep_alive, true, exchange);
        long_call.emplace(*this, caller.id, call.cancellation);
        watching_ = true;
        asio::co_spawn(connection_->executor(), watch_client(call.cancellation), asio::detached);
    }
    std::exception_ptr failure;
    bool keep_alive = false;
    try {
        keep_alive = co_await answer_call(call, pace, head, exchange);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await end_watch();
    if (failure) std::rethrow_exception(failure);
    co_return keep_alive;
}

asio::awaitable<bool> Session::answer_call(platform::Call& call, platform::Pace pace, const RequestHead& head,
                                           Exchange& exchange) {
    std::optional<platform::Answer> answer;
    bool stopped = false;
    co_await context_.workers(pace).run(connection_->executor(), [&] {
        try {
            answer = context_.platform.handle(call);
        } catch (const Error&) {
            stopped = true;
        }
        wipe(call.body);
    });
    if (stopped || !answer) answer = refusal(503, ErrorClass::unreachable, "the platform is stopping");
    if (head.method == "HEAD") {
        answer->stream = {};
        answer->events = false;
        co_return co_await reply(*answer, head.keep_alive, false, exchange);
    }
    if (answer->events) {
        co_await stream_events(*answer, head, *call.caller, exchange);
        co_return false;
    }
    if (answer->stream) co_return co_await stream(*answer, pace, head, exchange);
    co_return co_await reply(*answer, head.keep_alive, true, exchange);
}

asio::awaitable<bool> Session::reply(const platform::Answer& answer, bool keep_alive, bool with_body,
                                     Exchange& exchange) {
    keep_alive = keep_alive && !context_.draining;
    const bool has_none = answer.status == 204;
    auto text =
        response_head(answer, has_none ? Framing::none : Framing::length, answer.body.size(), keep_alive);
    if (with_body && !has_none) text += answer.body;
    exchange.status = answer.status;
    exchange.bytes = with_body ? answer.body.size() : 0;
    co_await connection_->write(text, steady_clock::now() + context_.settings.limits.write_time);
    co_return keep_alive;
}

asio::awaitable<bool> Session::stream(platform::Answer& answer, platform::Pace pace, const RequestHead& head,
                                      Exchange& exchange) {
    StreamSink sink(connection_, answer, head.http_1_0, head.keep_alive && !context_.draining,
                    context_.settings.limits.write_time);
    std::optional<platform::Answer> failure;
    bool whole = false;
    co_await context_.workers(pace).run(connection_->executor(), [&] {
        try {
            answer.stream(sink);
            sink.end();
            whole = true;
        } catch (const Error& error) {
            failure = platform::failure_answer(error);
        }
        answer.stream = {};  // closes what it reads from, on this thread
    });
    exchange.bytes = sink.bytes();
    exchange.status = answer.status;
    if (whole) co_return head.keep_alive&& sink.framing() != Framing::close && !context_.draining;
    if (!sink.begun()) co_return co_await reply(*failure, head.keep_alive, true, exchange);
    // The body is incomplete: close, so that the client does not take it for a whole one.
    throw ClientGone{};
}

asio::awaitable<void> Session::stream_events(const platform::Answer& answer, const RequestHead& head,
                                             const platform::Caller& caller, Exchange& exchange) {
    const auto& settings = context_.settings;
    const auto framing = head.http_1_0 ? Framing::close : Framing::chunked;
    exchange.status = answer.status;
    co_await connection_->write(response_head(answer, framing, 0, true),
                                steady_clock::now() + settings.limits.write_time);
    events_ = std::make_shared<EventStream>(connection_, framing == Framing::chunked, settings.event_comment,
                                            settings.limits.write_time);
    const LongCall long_call(*this, caller.id, nullptr);
    ++context_.metrics.event_streams;
    co_await events_->run(context_.platform.events(), caller.project_id);
    --context_.metrics.event_streams;
    events_.reset();
}

}  // namespace prevision::server
