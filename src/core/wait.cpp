#include "core/wait.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>

#include <poll.h>
#include <sys/eventfd.h>

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

InputWait::InputWait(Cancellation& cancellation)
    : cancellation_(cancellation),
      wake_(::eventfd(0, EFD_CLOEXEC)),
      subscription_(cancellation, [this] { ::eventfd_write(wake_.get(), 1); }) {}

bool InputWait::wait(int descriptor, int other) {
    std::array<pollfd, 3> waits{{{descriptor, POLLIN, 0}, {other, POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    int ready = 0;
    do {
        ready = ::poll(waits.data(), waits.size(), -1);
    } while (ready < 0 && errno == EINTR);
    cancellation_.check();
    // When poll fails, reading reports the reason.
    return ready < 0 || waits[0].revents != 0;
}

}  // namespace prevision
