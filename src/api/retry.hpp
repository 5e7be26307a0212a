#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "transport/transport.hpp"

namespace prevision::api {

/// Whether a request may be sent a second time.
enum class Repeat {
    safe,         ///< it changes nothing, or the same thing again: retried whatever failed
    if_not_sent,  ///< it creates something: only when it is certain that the platform never saw it
    never,
};

struct RetrySettings {
    int retries = 4;
    std::chrono::milliseconds timeout{60'000};  ///< for a call with all its retries; 0 is no limit
    const Clock* clock = &system_clock();

    /// Lets time pass between two tries. Injected, so that no test has to wait.
    std::function<void(std::chrono::milliseconds)> wait;

    /// A number in [0, 1): how much of a back-off is waited for.
    std::function<double()> jitter;
};

/// How long an answer asks to wait (`Retry-After`, RFC 9110 section 10.2.3: seconds or a date), where it
/// does.
std::optional<std::chrono::milliseconds> retry_after(const transport::Response& response,
                                                     std::chrono::system_clock::time_point now);

/// Sends, and sends again with exponential back-off and jitter as `repeat` allows: after a TransportError, or
/// an answer 429 or 5xx that did not come from the platform's own handling of a distant system. Returns the
/// last answer, or throws the last TransportError.
transport::Response send_with_retries(transport::Transport& transport, transport::Request request,
                                      Repeat repeat, const RetrySettings& settings);

}  // namespace prevision::api
