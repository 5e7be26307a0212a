#include "core/retry.hpp"

#include <algorithm>
#include <random>

#include "core/wait.hpp"

namespace prevision {

using std::chrono::milliseconds;

milliseconds RetryPolicy::pause(int failures, double jitter, std::optional<milliseconds> asked) const {
    if (asked) return *asked;
    constexpr int most_doublings = 20;
    const auto backoff =
        std::min(first_wait * (1L << std::clamp(failures - 1, 0, most_doublings)), longest_wait);
    const auto half = backoff / 2;
    return half + milliseconds(static_cast<std::int64_t>(jitter * static_cast<double>(half.count())));
}

bool RetryPolicy::wait(int failures, Cancellation& cancellation, std::optional<milliseconds> asked) const {
    if (failures > retries) return false;
    wait_for(pause(failures, random_jitter(), asked), cancellation);
    return true;
}

double random_jitter() {
    constexpr unsigned steps = 1U << 16U;
    return static_cast<double>(std::random_device{}() % steps) / steps;
}

}  // namespace prevision
