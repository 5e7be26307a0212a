#pragma once

#include <atomic>

#include "core/cancellation.hpp"
#include "platform/platform.hpp"
#include "server/access_log.hpp"
#include "server/metrics.hpp"
#include "server/settings.hpp"
#include "server/workers.hpp"

namespace prevision::server {

/// What all connections of a server share. Safe on any thread.
struct Context {
    platform::Platform& platform;
    const Settings& settings;
    std::filesystem::path spool_folder;
    AccessLog log;
    Metrics metrics{};
    Workers quick{quick_threads};  ///< for calls that use only the store
    Workers slow{slow_threads};    ///< for calls to remote systems and streamed bodies
    ///< Of all calls; raised when the time to drain is over.
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    std::atomic<bool> draining{false};

    static constexpr std::size_t quick_threads = 4;
    static constexpr std::size_t slow_threads = 64;
};

}  // namespace prevision::server
