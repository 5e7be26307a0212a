#include "sources/sql/patience.hpp"

#include <algorithm>

namespace prevision::sources {

using Clock = std::chrono::steady_clock;

std::optional<Clock::time_point> deadline_after(std::chrono::milliseconds limit) {
    if (limit.count() == 0) return std::nullopt;
    return Clock::now() + limit;
}

int time_left(std::optional<Clock::time_point> deadline) {
    if (!deadline) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

}  // namespace prevision::sources
