#include "core/retry.hpp"

#include <catch2/catch.hpp>

using namespace prevision;
using namespace std::chrono_literals;

TEST_CASE("pauses double up to the longest, and half of each is left to chance") {
    const RetryPolicy policy{.first_wait = 100ms, .longest_wait = 500ms};
    CHECK(policy.pause(1, 0.0) == 50ms);
    CHECK(policy.pause(1, 0.5) == 75ms);
    CHECK(policy.pause(2, 0.0) == 100ms);
    CHECK(policy.pause(3, 0.0) == 200ms);
    CHECK(policy.pause(4, 0.0) == 250ms);
    CHECK(policy.pause(1'000'000, 0.0) == 250ms);
}

TEST_CASE("a pause that the other side asks for takes the place of the back-off") {
    CHECK(RetryPolicy{}.pause(1, 0.9, 7s) == 7s);
    CHECK(RetryPolicy{}.pause(4, 0.9, 0s) == 0s);
}

TEST_CASE("after the last retry there is no waiting, and a cancellation ends one") {
    Cancellation cancellation;
    const RetryPolicy policy{.retries = 1, .first_wait = 1ms};
    CHECK(policy.wait(1, cancellation));
    CHECK_FALSE(policy.wait(2, cancellation));
    cancellation.cancel();
    CHECK_THROWS_AS((RetryPolicy{.first_wait = 1h, .longest_wait = 1h}.wait(1, cancellation)), Error);
}

TEST_CASE("a jitter is at least 0 and less than 1") {
    for (int i = 0; i < 100; ++i) {
        const auto jitter = random_jitter();
        CHECK((jitter >= 0.0 && jitter < 1.0));
    }
}
