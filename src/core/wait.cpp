#include "core/wait.hpp"

#include <condition_variable>
#include <mutex>

namespace prevision {

void wait_for(std::chrono::milliseconds duration, Cancellation& cancellation) {
    std::mutex mutex;
    std::condition_variable raised;
    {
        const Cancellation::Subscription subscription(cancellation, [&] {
            const std::lock_guard lock(mutex);
            raised.notify_all();
        });
        std::unique_lock lock(mutex);
        raised.wait_for(lock, duration, [&] { return cancellation.cancelled(); });
    }
    cancellation.check();
}

}  // namespace prevision
