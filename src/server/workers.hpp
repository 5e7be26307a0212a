#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace prevision::server {

namespace asio = boost::asio;

/// Threads that run the blocking work of coroutines.
class Workers {
  public:
    explicit Workers(std::size_t threads) : pool_(threads) {}

    /// Runs `job` on one of the threads, while the coroutine waits; throws what the job throws. `executor` is
    /// the coroutine's.
    asio::awaitable<void> run(asio::any_io_executor executor, std::function<void()> job);

    /// How many jobs run or wait for a thread.
    [[nodiscard]] std::size_t busy() const { return busy_; }

    /// Waits for the running jobs; the queued ones are dropped.
    void stop();

  private:
    asio::thread_pool pool_;
    std::atomic<std::size_t> busy_{0};
};

}  // namespace prevision::server
