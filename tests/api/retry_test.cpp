#include "api/retry.hpp"

#include <catch2/catch.hpp>

#include "support/scripted_transport.hpp"

using namespace prevision;
using namespace prevision::api;
using namespace std::chrono_literals;
using testing::ScriptedTransport;

namespace {

/// Time that passes only when it is waited for.
class HeldClock final : public Clock {
  public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::time_point(elapsed);
    }
    std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::time_point(elapsed);
    }
    std::chrono::milliseconds elapsed{0};
};

struct Fixture {
    HeldClock clock;
    std::vector<std::chrono::milliseconds> pauses;
    ScriptedTransport transport;

    RetrySettings settings(int retries = 4, std::chrono::milliseconds timeout = 60s) {
        return {.retries = retries,
                .timeout = timeout,
                .clock = &clock,
                .wait =
                    [this](std::chrono::milliseconds pause) {
                        pauses.push_back(pause);
                        clock.elapsed += pause;
                    },
                .jitter = [] { return 0.0; }};
    }

    transport::Response send(Repeat repeat, const RetrySettings& retry) {
        return send_with_retries(transport, {.method = "GET", .path = "/x", .headers = {}, .body = {}},
                                 repeat, retry);
    }
};

}  // namespace

TEST_CASE("a safe request is repeated with growing pauses until it is answered") {
    Fixture fixture;
    fixture.transport.fail(true).answer(503, "").answer(429, "").answer(200, "{}");
    CHECK(fixture.send(Repeat::safe, fixture.settings()).status == 200);
    CHECK(fixture.pauses == std::vector<std::chrono::milliseconds>{250ms, 500ms, 1000ms});
}

TEST_CASE("after the last retry the failure stands") {
    Fixture fixture;
    fixture.transport.answer(503, "a").answer(502, "b").answer(500, "c");
    CHECK(fixture.send(Repeat::safe, fixture.settings(2)).status == 500);
    CHECK(fixture.transport.done());

    Fixture unreachable;
    unreachable.transport.fail(true).fail(true);
    CHECK_THROWS_AS(unreachable.send(Repeat::safe, unreachable.settings(1)), transport::TransportError);
    CHECK(unreachable.transport.done());
}

TEST_CASE("a request that creates is repeated only when it is certain that it never arrived") {
    Fixture fixture;
    fixture.transport.fail(false).answer(200, "{}");
    CHECK(fixture.send(Repeat::if_not_sent, fixture.settings()).status == 200);

    Fixture arrived;
    arrived.transport.fail(true);
    CHECK_THROWS_AS(arrived.send(Repeat::if_not_sent, arrived.settings()), transport::TransportError);

    Fixture answered;
    answered.transport.answer(503, "");
    CHECK(answered.send(Repeat::if_not_sent, answered.settings()).status == 503);
}

TEST_CASE("a test is never repeated") {
    Fixture fixture;
    fixture.transport.fail(false);
    CHECK_THROWS_AS(fixture.send(Repeat::never, fixture.settings()), transport::TransportError);
    CHECK(fixture.pauses.empty());
}

TEST_CASE("an answer that names its class is the platform's own and is not repeated") {
    Fixture fixture;
    fixture.transport.answer(502, R"({"class":"unreachable","message":"cannot reach db:3306"})");
    CHECK(fixture.send(Repeat::safe, fixture.settings()).status == 502);
    CHECK(fixture.pauses.empty());
}

TEST_CASE("other answers are not repeated") {
    for (const int status : {200, 301, 400, 401, 403, 404, 409, 422}) {
        CAPTURE(status);
        Fixture fixture;
        fixture.transport.answer(status, "");
        CHECK(fixture.send(Repeat::safe, fixture.settings()).status == status);
    }
}

TEST_CASE("Retry-After is honoured, in seconds or as a date") {
    Fixture fixture;
    fixture.transport.answer(429, "", {{"retry-after", "7"}})
        .answer(503, "", {{"Retry-After", "Thu, 01 Jan 1970 00:00:20 GMT"}});
    fixture.transport.answer(200, "");
    fixture.send(Repeat::safe, fixture.settings());
    CHECK(fixture.pauses == std::vector<std::chrono::milliseconds>{7s, 13s});
    for (const auto* value : {"", "soon", "-1", "Thu, 01 Foo 1970"}) {
        CAPTURE(value);
        CHECK_FALSE(retry_after({429, {{"Retry-After", value}}, ""}, {}));
    }
}

TEST_CASE("no retry goes past the time limit") {
    Fixture fixture;
    fixture.transport.answer(503, "", {{"Retry-After", "61"}});
    CHECK(fixture.send(Repeat::safe, fixture.settings()).status == 503);
    CHECK(fixture.pauses.empty());
}

TEST_CASE("each try has what is left of the time limit") {
    Fixture fixture;
    fixture.transport.answer(503, "", {{"Retry-After", "40"}}).answer(200, "");
    fixture.send(Repeat::safe, fixture.settings());
    REQUIRE(fixture.transport.requests.size() == 2);
    CHECK(fixture.transport.requests[0].timeout == 60s);
    CHECK(fixture.transport.requests[1].timeout == 20s);
}

TEST_CASE("a platform that asks for more time than there is is not asked again") {
    Fixture fixture;
    fixture.transport.answer(429, "", {{"Retry-After", "100000"}});
    CHECK(fixture.send(Repeat::safe, fixture.settings()).status == 429);
    CHECK(fixture.pauses.empty());
}
