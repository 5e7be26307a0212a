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

    /// Waits between two tries; injected, so that tests need not wait.
    std::function<void(std::chrono::milliseconds)> wait;

    /// A number in [0, 1): the part of a back-off that is waited.
    std::function<double()> jitter;
};

/// How long an answer asks to wait (`Retry-After`, RFC 9110 section 10.2.3: seconds or a date); nothing when it
/// does not ask.
std::optional<std::chrono::milliseconds> retry_after(const transport::Response& response,
                                                     std::chrono::system_clock::time_point now);

/// The tries of one call: how many are left, and how much time. The settings must outlive it.
class RetryBudget {
  public:
    explicit RetryBudget(const RetrySettings& settings);

    /// The rest of the call's time limit: at least 1 ms, or 0 for no limit.
    [[nodiscard]] std::chrono::milliseconds left() const;

    /// Takes a try and returns how long to wait before it: `asked` (Retry-After), else an exponential back-off
    /// with jitter. Nothing when there is no try left, or no time.
    std::optional<std::chrono::milliseconds> take(std::optional<std::chrono::milliseconds> asked);

  private:
    const RetrySettings* settings_;
    std::chrono::steady_clock::time_point start_;
    int tries_ = 0;
};

/// Whether an answer says that the same request may succeed later: 429 and 5xx, unless the platform names the
/// class of what failed behind it.
bool invites_retry(const transport::Response& response);

/// Sends, and sends again with exponential back-off and jitter as `repeat` allows: after a TransportError, or
/// an answer that invites it. Not after the request's sink has received something. Returns the last answer, or
/// throws the last TransportError. A DELETE that finds nothing after an earlier try of it may have arrived is
/// answered 204: that try deleted it.
transport::Response send_with_retries(transport::Transport& transport, transport::Request request,
                                      Repeat repeat, const RetrySettings& settings);

}  // namespace prevision::api
