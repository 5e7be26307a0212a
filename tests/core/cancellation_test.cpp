#include "core/cancellation.hpp"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "core/clock.hpp"
#include "core/wait.hpp"

using namespace prevision;

TEST_CASE("a cancellation that was raised throws its first reason, and one that was not throws nothing") {
    Cancellation cancellation;
    CHECK_NOTHROW(cancellation.check());
    CHECK_FALSE(cancellation.cancelled());
    cancellation.cancel(ErrorClass::terminated);
    cancellation.cancel(ErrorClass::interrupted);
    CHECK(cancellation.cancelled());
    try {
        cancellation.check();
        FAIL("it goes on");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::terminated);
    }
}

TEST_CASE("who subscribed is told once: on cancel, at once when that was before, and not when gone") {
    Cancellation cancellation;
    int told = 0;
    {
        const Cancellation::Subscription gone(cancellation, [&] { told += 100; });
    }
    const Cancellation::Subscription first(cancellation, [&] { ++told; });
    CHECK(told == 0);
    cancellation.cancel();
    CHECK(told == 1);
    cancellation.cancel();
    CHECK(told == 1);
    const Cancellation::Subscription late(cancellation, [&] { ++told; });
    CHECK(told == 2);
}

TEST_CASE("a subscription does not end while its action runs") {
    Cancellation cancellation;
    std::atomic<bool> begun{false};
    std::atomic<bool> ended{false};
    auto subscription = std::make_unique<Cancellation::Subscription>(cancellation, [&] {
        begun = true;
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
        ended = true;
    });
    std::thread canceller([&] { cancellation.cancel(); });
    while (!begun) std::this_thread::yield();
    subscription.reset();
    CHECK(ended);
    canceller.join();
}

TEST_CASE("a wait ends when its time has passed, and at once when it is cancelled") {
    using namespace std::chrono_literals;
    Cancellation cancellation;
    const auto begin = system_clock().steady();
    wait_for(20ms, cancellation);
    CHECK(system_clock().steady() - begin >= 20ms);
    std::thread canceller([&] { cancellation.cancel(); });
    CHECK_THROWS_AS(wait_for(10min, cancellation), Error);
    canceller.join();
    CHECK_THROWS_AS(wait_for(10min, cancellation), Error);
    CHECK(system_clock().steady() - begin < 5min);
}
