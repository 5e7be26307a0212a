#include "platform/guess_limit.hpp"

#include <algorithm>

#include "core/wait.hpp"

namespace prevision::platform {

void GuessLimit::wait(const std::string& secret, Cancellation& cancellation) {
    const auto now = clock_.steady();
    auto start = now;
    {
        const std::lock_guard lock(mutex_);
        const auto found = guesses_.find(secret);
        if (found == guesses_.end()) return;
        // Whoever comes meanwhile waits behind this guess.
        start = std::max(now, found->second.next);
        found->second.next = start + delay(found->second.wrong);
    }
    wait_for(std::chrono::ceil<std::chrono::milliseconds>(start - now), cancellation);
}

void GuessLimit::count(const std::string& secret, bool is_right) {
    const std::lock_guard lock(mutex_);
    if (is_right) {
        guesses_.erase(secret);
        return;
    }
    auto& guesses = guesses_[secret];
    ++guesses.wrong;
    guesses.next = std::max(guesses.next, clock_.steady() + delay(guesses.wrong));
}

std::chrono::milliseconds GuessLimit::delay(unsigned wrong) {
    constexpr std::chrono::milliseconds first{100};
    constexpr std::chrono::milliseconds longest{10'000};
    if (wrong == 0) return std::chrono::milliseconds(0);
    return std::min(longest, first * (1U << std::min(wrong - 1, 10U)));
}

}  // namespace prevision::platform
