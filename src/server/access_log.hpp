#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "core/clock.hpp"
#include "core/io.hpp"
#include "server/settings.hpp"

namespace prevision::server {

/// One request and its answer as they are logged: without headers, query and bodies.
struct Exchange {
    std::string peer;
    std::string method;
    std::string path;
    std::string token_name;  ///< empty without a valid token
    int status = 0;
    std::uint64_t bytes = 0;  ///< of the answer's body
    std::chrono::microseconds elapsed{0};
};

/// Writes one line for each request. Safe on any thread.
class AccessLog {
  public:
    /// Both must outlive it.
    AccessLog(LogFormat format, Output& out, const Clock& clock)
        : format_(format), out_(out), clock_(clock) {}

    /// A line that cannot be written is dropped: a full disk must not stop answers.
    void write(const Exchange& exchange);

  private:
    LogFormat format_;
    Output& out_;
    const Clock& clock_;
    std::mutex mutex_;
};

}  // namespace prevision::server
