#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "core/cancellation.hpp"
#include "core/clock.hpp"

namespace prevision::platform {

/// Slows down guessing: after each wrong guess at a secret the next one waits longer, also when many try at once. Safe on
/// any thread.
class GuessLimit {
  public:
    explicit GuessLimit(const Clock& clock) : clock_(clock) {}

    /// Waits until the next guess is allowed. Throws the cancellation's Error.
    void wait(const std::string& secret, Cancellation& cancellation);

    /// Counts a wrong guess; a right one forgets the wrong ones.
    void count(const std::string& secret, bool is_right);

    /// How long the next guess waits after so many wrong ones: not at all, then 100 ms, doubling up to 10 s.
    static std::chrono::milliseconds delay(unsigned wrong);

  private:
    struct Guesses {
        unsigned wrong = 0;
        std::chrono::steady_clock::time_point next{};
    };

    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Guesses> guesses_;
};

}  // namespace prevision::platform
