#include "platform/http/event_body.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace prevision::platform {

void write_events(EventBus& bus, transport::BodySink& body, Cancellation& cancellation) {
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

}  // namespace prevision::platform
