#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

#include "core/error.hpp"

namespace prevision {

/// A request to stop, raised once (Ctrl-C, SIGTERM, a dataset deleted while it is made), which all work in
/// progress checks. Safe on any thread. Not to be called from a signal handler: a thread that waits for the signal
/// raises it.
class Cancellation {
  public:
    /// Raises the request. `reason` is what `check` throws: interrupted or terminated.
    void cancel(ErrorClass reason = ErrorClass::interrupted);

    [[nodiscard]] bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

    /// Throws Error of the reason's class when the request was raised.
    void check() const;

    /// While it lives, `action` runs on cancel (at once if that was before), on the thread that cancels: to
    /// shut a socket that another thread waits on. It must not throw. The destructor waits for an action that
    /// is running.
    class Subscription {
      public:
        Subscription(Cancellation& cancellation, std::function<void()> action);
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

      private:
        Cancellation& cancellation_;
        unsigned key_ = 0;
    };

  private:
    std::atomic<bool> cancelled_{false};
    std::atomic<ErrorClass> reason_{ErrorClass::interrupted};
    std::mutex mutex_;
    std::map<unsigned, std::function<void()>> actions_;
    unsigned next_key_ = 0;
};

}  // namespace prevision
