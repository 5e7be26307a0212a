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

/// Cancels a call when the caller raises its cancellation, or after the request's timeout.
class CallLimit {
  public:
    explicit CallLimit(const transport::Request& request) {
        if (request.cancellation != nullptr) {
            passed_on_.emplace(*request.cancellation, [this] { cancellation_->cancel(); });
        }
        // A streamed body has no time limit.
        if (request.timeout.count() > 0 && request.sink == nullptr && request.upload == nullptr)
            timer_ = std::thread([this, timeout = request.timeout] { wait(timeout); });
    }
    ~CallLimit() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        ended_.notify_all();
        if (timer_.joinable()) timer_.join();
    }
    CallLimit(const CallLimit&) = delete;
    CallLimit& operator=(const CallLimit&) = delete;

    [[nodiscard]] const std::shared_ptr<Cancellation>& cancellation() { return cancellation_; }

    [[nodiscard]] bool timed_out() {
        const std::lock_guard lock(mutex_);
        return timed_out_;
    }

  private:
    void wait(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        if (ended_.wait_for(lock, timeout, [&] { return over_; })) return;
        timed_out_ = true;
        lock.unlock();
        cancellation_->cancel();
    }

    std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
    std::optional<Cancellation::Subscription> passed_on_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool over_ = false;
    bool timed_out_ = false;
    std::thread timer_;
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
        CallLimit limit(request);
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
        Call call{.method = request.method,
                  .path = request.path.substr(0, question),
                  .query = question == std::string::npos ? "" : request.path.substr(question + 1),
                  .body = request.body,
                  .cancellation = cancellation,
                  .content_type = transport::find_header(request.headers, "Content-Type").value_or(""),
                  .upload = request.upload};
        auto answer = platform_.handle(call);
        wipe(call.body);
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
};

}  // namespace

std::unique_ptr<transport::Transport> make_local_transport(Platform& platform) {
    return std::make_unique<LocalTransport>(platform);
}

}  // namespace prevision::platform
