#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/secret.hpp"
#include "platform/http/answers.hpp"
#include "platform/platform.hpp"

namespace prevision::platform {

namespace {

/// Cancels a call that takes longer than its timeout. Its thread begins with the first limit and stays, since a thread
/// for each call would cost more than most calls.
class Watchdog {
  public:
    Watchdog() = default;
    ~Watchdog() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void start(std::chrono::milliseconds timeout, std::shared_ptr<Cancellation> call) {
        const std::lock_guard lock(mutex_);
        deadline_ = std::chrono::steady_clock::now() + timeout;
        call_ = std::move(call);
        timed_out_ = false;
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { watch(); });
        } else if (deadline_ < wakes_at_) {
            changed_.notify_one();
        }
    }

    /// Ends the limit. Returns whether the call was cancelled by it.
    bool stop() {
        const std::lock_guard lock(mutex_);
        call_.reset();
        return timed_out_;
    }

  private:
    using Time = std::chrono::steady_clock::time_point;

    void watch() {
        std::unique_lock lock(mutex_);
        while (!over_) {
            if (std::chrono::steady_clock::now() < deadline_) {
                wakes_at_ = deadline_;
                changed_.wait_until(lock, wakes_at_);
            } else if (call_) {
                timed_out_ = true;
                const auto call = std::exchange(call_, nullptr);
                lock.unlock();
                call->cancel();
                lock.lock();
            } else {
                wakes_at_ = Time::max();
                changed_.wait(lock);
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<Cancellation> call_;
    Time deadline_{};
    Time wakes_at_{};  // of the thread, without a notification
    bool timed_out_ = false;
    bool over_ = false;
    std::thread thread_;
};

/// Cancels a call when the caller raises its cancellation, or after the request's timeout.
class CallLimit {
  public:
    CallLimit(const transport::Request& request, Watchdog& watchdog) : watchdog_(watchdog) {
        if (request.cancellation != nullptr)
            passed_on_.emplace(*request.cancellation, [this] { cancellation_->cancel(); });
        // A streamed body has no time limit.
        if (request.timeout.count() > 0 && request.sink == nullptr && request.upload == nullptr)
            watchdog_.start(request.timeout, cancellation_);
    }
    ~CallLimit() { watchdog_.stop(); }
    CallLimit(const CallLimit&) = delete;
    CallLimit& operator=(const CallLimit&) = delete;

    [[nodiscard]] const std::shared_ptr<Cancellation>& cancellation() { return cancellation_; }
    [[nodiscard]] bool timed_out() { return watchdog_.stop(); }

  private:
    Watchdog& watchdog_;
    std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
    std::optional<Cancellation::Subscription> passed_on_;
};

/// Writes events to `body` as they come, until the cancellation is raised; then throws its Error.
void write_events(EventBus& bus, ByteSink& body, Cancellation& cancellation) {
    std::mutex mutex;
    std::condition_variable changed;
    std::string waiting;
    bool over = false;
    const auto subscription = bus.subscribe([&](const Event& event) {
        const std::lock_guard lock(mutex);
        waiting += encode(event);
        changed.notify_one();
    });
    const Cancellation::Subscription stop(cancellation, [&] {
        const std::lock_guard lock(mutex);
        over = true;
        changed.notify_one();
    });
    body.write(": connected\n\n");
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [&] { return over || !waiting.empty(); });
        if (over) break;
        const auto text = std::exchange(waiting, {});
        lock.unlock();
        body.write(text);
        lock.lock();
    }
    lock.unlock();
    cancellation.check();
}

class LocalTransport final : public transport::Transport {
  public:
    explicit LocalTransport(Platform& platform) : platform_(platform) {}

    transport::Response send(const transport::Request& request) override {
        if (request.cancellation != nullptr) request.cancellation->check();
        CallLimit limit(request, watchdog_);
        try {
            return answer(request, limit.cancellation());
        } catch (const Error&) {
            // The caller's cancellation says why, where it was raised.
            if (request.cancellation != nullptr) request.cancellation->check();
            if (!limit.timed_out()) throw;
            throw transport::TransportError(
                fmt::format("{} gave no answer within {} ms", description(), request.timeout.count()),
                "give it more time", true);
        }
    }

    [[nodiscard]] std::string description() const override { return "the embedded platform"; }

  private:
    transport::Response answer(const transport::Request& request,
                               const std::shared_ptr<Cancellation>& cancellation) {
        const auto question = request.path.find('?');
        // As the server does.
        const bool is_head = request.method == "HEAD";
        Call call{.method = is_head ? "GET" : request.method,
                  .path = request.path.substr(0, question),
                  .query = question == std::string::npos ? "" : request.path.substr(question + 1),
                  .body = request.body,
                  .cancellation = cancellation,
                  .content_type = transport::find_header(request.headers, "Content-Type").value_or(""),
                  .upload = request.upload};
        auto answer = platform_.handle(call);
        wipe(call.body);
        if (is_head) {
            answer.body.clear();
            answer.stream = nullptr;
            answer.events = false;
        }
        if (answer.events) {
            answer.stream = [&](ByteSink& body) { write_events(platform_.events(), body, *cancellation); };
        }
        return respond(std::move(answer), request);
    }

    static transport::Response respond(Answer answer, const transport::Request& request) {
        if (answer.stream) return stream(answer, request);
        auto response = begin(answer);
        if (request.sink != nullptr && answer.status >= 200 && answer.status < 300) {
            if (!answer.body.empty()) request.sink->write(answer.body);
        } else {
            response.body = std::move(answer.body);
        }
        return response;
    }

    /// A failure before the first byte is answered; after it, the transfer can only be cut.
    static transport::Response stream(const Answer& answer, const transport::Request& request) {
        StringSink memory;
        WatchedSink sink(request.sink != nullptr ? *request.sink : memory);
        try {
            answer.stream(sink);
        } catch (const Error& error) {
            const bool given_up = error.error_class() == ErrorClass::interrupted ||
                                  error.error_class() == ErrorClass::terminated;
            if (sink.begun() || given_up) throw;
            return respond(failure_answer(error), request);
        }
        auto response = begin(answer);
        response.body = std::move(memory.text);
        return response;
    }

    static transport::Response begin(const Answer& answer) {
        transport::Response response{.status = answer.status, .headers = answer.headers, .body = {}};
        if (!answer.content_type.empty()) {
            response.headers.push_back({.name = "Content-Type", .value = answer.content_type});
        }
        return response;
    }

    Platform& platform_;
    Watchdog watchdog_;
};

}  // namespace

std::unique_ptr<transport::Transport> make_local_transport(Platform& platform) {
    return std::make_unique<LocalTransport>(platform);
}

}  // namespace prevision::platform
