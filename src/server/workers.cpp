#include "server/workers.hpp"

#include <exception>
#include <memory>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace prevision::server {

namespace {

struct Task {
    explicit Task(const asio::any_io_executor& executor)
        : done(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer done;  ///< cancelled when the job has ended
    std::exception_ptr failure;
};

}  // namespace

// The notification runs on the coroutine's executor, so it cannot come before the coroutine waits.
asio::awaitable<void> Workers::run(asio::any_io_executor executor, std::function<void()> job) {
    const auto task = std::make_shared<Task>(executor);
    ++busy_;
    asio::post(pool_, [this, task, executor, job = std::move(job)]() mutable {
        try {
            job();
        } catch (...) {
            task->failure = std::current_exception();
        }
        job = {};
        --busy_;
        asio::post(executor, [task] { task->done.cancel(); });
    });
    boost::system::error_code ignored;
    co_await task->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (task->failure) std::rethrow_exception(task->failure);
}

void Workers::stop() {
    pool_.stop();
    pool_.join();
}

}  // namespace prevision::server
