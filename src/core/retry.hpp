#pragma once

#include <chrono>
#include <optional>

#include "core/cancellation.hpp"

namespace prevision {

/// How often a call that failed is made again, and how long to wait before each time.
struct RetryPolicy {
    int retries = 4;
    std::chrono::milliseconds first_wait{200};  ///< doubled after each further failure
    std::chrono::milliseconds longest_wait{5'000};

    /// The pause after that many failures in a row, 1 or more: between half and all of the back-off, so that
    /// many clients do not return at the same moment. `jitter` is in [0, 1). What the other side asked for
    /// (Retry-After) takes the place of the back-off.
    [[nodiscard]] std::chrono::milliseconds pause(
        int failures, double jitter, std::optional<std::chrono::milliseconds> asked = std::nullopt) const;

    /// Waits that pause, with a random jitter. False, at once, when there have been more failures than
    /// retries. Throws the cancellation's Error when it is raised.
    bool wait(int failures, Cancellation& cancellation,
              std::optional<std::chrono::milliseconds> asked = std::nullopt) const;
};

/// A random number in [0, 1). Any thread.
double random_jitter();

}  // namespace prevision
