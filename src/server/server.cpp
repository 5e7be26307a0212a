#include "server/server.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "server/listener.hpp"
#include "server/session.hpp"

namespace prevision::server {

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t io_threads = 2;
constexpr std::chrono::milliseconds drain_step{20};
constexpr std::chrono::milliseconds accept_pause{50};

/// Each connection needs a descriptor, and the usual soft limit is 1,024.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The connections that are open. Safe on any thread.
class Sessions {
  public:
    void add(const std::shared_ptr<Session>& session) {
        const std::lock_guard lock(mutex_);
        sessions_.emplace(session.get(), session);
    }
    void remove(const Session* session) {
        const std::lock_guard lock(mutex_);
        sessions_.erase(session);
    }
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock(mutex_);
        return sessions_.size();
    }
    /// Calls `action` with each session on its executor.
    void for_each(const std::function<void(Session&)>& action) {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, weak] : sessions_) {
            if (const auto session = weak.lock())
                asio::post(session->executor(), [session, action] { action(*session); });
        }
    }

  private:
    std::mutex mutex_;
    std::map<const Session*, std::weak_ptr<Session>> sessions_;
};

}  // namespace

struct Server::Implementation {
    Implementation(platform::Platform& platform, const Settings& wanted,
                   const std::filesystem::path& spool_folder, Output& log, const Clock& clock)
        : settings(wanted),
          context{.platform = platform,
                  .settings = settings,
                  .spool_folder = spool_folder,
                  .log = AccessLog(settings.log, log, clock)},
          tls(make_tls(settings)),
          acceptor(open_listener(io, settings)) {}

    asio::awaitable<void> accept();
    asio::awaitable<void> watch_tokens();
    void start(tcp::socket socket);
    void drain();

    Settings settings;
    Context context;
    Sessions sessions;
    std::unique_ptr<asio::ssl::context> tls;
    asio::io_context io;
    tcp::acceptor acceptor;
};

asio::awaitable<void> Server::Implementation::accept() {
    asio::steady_timer pause(acceptor.get_executor());
    while (acceptor.is_open()) {
        error_code error;
        auto socket = co_await acceptor.async_accept(asio::make_strand(io),
                                                     asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            start(tcp::socket(std::move(socket)));
        } else if (acceptor.is_open()) {
            // No descriptor is free, or the client has closed already: pause, and serve the other connections.
            pause.expires_after(accept_pause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
    }
}

/// Ends the long calls of tokens that were revoked or have expired.
asio::awaitable<void> Server::Implementation::watch_tokens() {
    asio::steady_timer pause(acceptor.get_executor());
    while (acceptor.is_open()) {
        error_code ignored;
        pause.expires_after(settings.token_interval);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (context.metrics.long_calls == 0) continue;
        std::optional<std::set<std::string>> valid;
        try {
            co_await context.quick.run(acceptor.get_executor(),
                                       [&] { valid = context.platform.tokens().valid_ids(); });
        } catch (const Error&) {
            valid.reset();
        }
        // While the store cannot be read, calls go on: new ones fail anyway.
        if (valid) sessions.for_each([valid = *valid](Session& session) { session.end_unless(valid); });
    }
}

void Server::Implementation::start(tcp::socket socket) {
    if (sessions.count() >= settings.limits.connections) {
        ++context.metrics.refused_connections;
        return;
    }
    const auto session =
        std::make_shared<Session>(std::make_shared<Connection>(std::move(socket), tls.get()), context);
    sessions.add(session);
    ++context.metrics.connections;
    asio::co_spawn(session->executor(), session->run(), [this, session](const std::exception_ptr&) {
        --context.metrics.connections;
        sessions.remove(session.get());
    });
}

/// Waits until no connection and no job is left, or the drain time is over; then ends the rest.
void Server::Implementation::drain() {
    context.draining = true;
    asio::post(acceptor.get_executor(), [this] {
        error_code ignored;
        acceptor.close(ignored);
    });
    const auto deadline = steady_clock::now() + settings.drain_time;
    while (steady_clock::now() < deadline) {
        sessions.for_each([](Session& session) { session.drain(); });
        if (sessions.count() == 0 && context.platform.running_jobs() == 0) break;
        std::this_thread::sleep_for(drain_step);
    }
    context.cancellation->cancel(ErrorClass::terminated);
    sessions.for_each([](Session& session) { session.abort(); });
}

Server::Server(platform::Platform& platform, const Settings& settings,
               const std::filesystem::path& spool_folder, Output& log, const Clock& clock)
    : implementation_(std::make_unique<Implementation>(platform, settings, spool_folder, log, clock)) {}

Server::~Server() = default;

std::string Server::url() const {
    const auto endpoint = implementation_->acceptor.local_endpoint();
    const auto address = endpoint.address();
    return fmt::format("{}://{}:{}", implementation_->tls ? "https" : "http",
                       address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string(),
                       endpoint.port());
}

void Server::run(Cancellation& cancellation) {
    allow_many_descriptors();
    auto& parts = *implementation_;
    std::mutex mutex;
    std::condition_variable stopped;
    bool stop = false;
    const Cancellation::Subscription subscription(cancellation, [&] {
        const std::lock_guard lock(mutex);
        stop = true;
        stopped.notify_one();
    });
    auto work = asio::make_work_guard(parts.io);
    asio::co_spawn(parts.acceptor.get_executor(), parts.accept(), asio::detached);
    asio::co_spawn(parts.acceptor.get_executor(), parts.watch_tokens(), asio::detached);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < io_threads; ++i) threads.emplace_back([&] { parts.io.run(); });
    {
        std::unique_lock lock(mutex);
        stopped.wait(lock, [&] { return stop; });
    }
    parts.drain();
    // Workers wait for the io threads while they write to a client: stop the workers first.
    parts.context.quick.stop();
    parts.context.files.stop();
    parts.context.slow.stop();
    parts.io.stop();
    for (auto& thread : threads) thread.join();
}

}  // namespace prevision::server
