#pragma once

#include <atomic>

#include "core/cancellation.hpp"
#include "core/slots.hpp"
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
    Workers files{file_threads};   ///< for calls that read or write large files of this machine
    Workers slow{slow_threads};    ///< for calls to remote systems
    Slots token_calls{settings.limits.calls_of_a_token};  ///< those that are not quick, by the token's id
    /// Of all calls; raised when the time to drain is over.
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    std::atomic<bool> draining{false};

    static constexpr std::size_t quick_threads = 4;
    static constexpr std::size_t file_threads = 16;
    static constexpr std::size_t slow_threads = 64;

    /// The workers for calls of this pace.
    [[nodiscard]] Workers& workers(platform::Pace pace) {
        return pace == platform::Pace::store ? quick : pace == platform::Pace::file ? files : slow;
    }
};

}  // namespace prevision::server
