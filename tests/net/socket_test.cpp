#include "net/socket.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;
using namespace std::chrono_literals;

namespace {

std::vector<net::Address> loopback(int port) { return net::resolve("127.0.0.1", port); }

template <typename Action>
Error error_of(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    throw std::logic_error("no error");
}

}  // namespace

TEST_CASE("an address resolves to itself, with its port") {
    REQUIRE(loopback(3306).size() == 1);
    CHECK(loopback(3306).front().text == "127.0.0.1:3306");
    CHECK(net::resolve("::1", 443).front().text == "[::1]:443");
    CHECK_FALSE(net::resolve("localhost", 1).empty());
}

TEST_CASE("a name that is none does not resolve") {
    for (const std::string name : {"no-such-host.invalid", "a b", "999.1.1.1.1"}) {
        CAPTURE(name);
        const auto error = error_of([&] { net::resolve(name, 1); });
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK_THAT(error.what(), Catch::StartsWith("cannot resolve the host '" + name + "': "));
    }
}

TEST_CASE("a connection is made to the first address that answers") {
    RawServer server([](RawConnection& client) { client.send("hello"); });
    const ClosedPort closed;
    auto addresses = loopback(closed.port());
    addresses.push_back(loopback(server.port()).front());
    Cancellation cancellation;
    const auto socket = net::connect(addresses, "db", 5s, cancellation);
    REQUIRE(socket);
    CHECK(net::read_greeting(socket, 100, 5s, cancellation) == "hello");
}

TEST_CASE("nobody there is unreachable, with the reason") {
    const ClosedPort closed;
    Cancellation cancellation;
    const auto refused = error_of([&] { net::connect(loopback(closed.port()), "db:1", 5s, cancellation); });
    CHECK(refused.error_class() == ErrorClass::unreachable);
    CHECK(std::string(refused.what()) == "cannot connect to db:1: Connection refused");
    CHECK_FALSE(refused.hint().empty());

    const SilentPort silent;
    const auto late = error_of([&] { net::connect(loopback(silent.port()), "db:1", 50ms, cancellation); });
    CHECK(std::string(late.what()) == "cannot connect to db:1: no answer within 50 ms");
    CHECK(error_of([&] { net::connect({}, "db:1", 5s, cancellation); }).error_class() ==
          ErrorClass::unreachable);
}

TEST_CASE("an address that is silent leaves time for the next") {
    RawServer server([](RawConnection& client) { client.send("x"); });
    const SilentPort silent;
    auto addresses = loopback(silent.port());
    addresses.push_back(loopback(server.port()).front());
    Cancellation cancellation;
    CHECK(net::connect(addresses, "db", 400ms, cancellation));
}

TEST_CASE("a greeting is what is said unasked, up to the limit") {
    Cancellation cancellation;
    const auto greeting_of = [&](const RawServer& server, std::size_t limit) {
        const auto socket = net::connect(loopback(server.port()), "db", 5s, cancellation);
        return net::read_greeting(socket, limit, 100ms, cancellation);
    };
    RawServer talks([](RawConnection& client) {
        client.send(std::string(1000, 'x'));
        client.wait_until_closed();
    });
    CHECK(greeting_of(talks, 10) == std::string(10, 'x'));
    RawServer mute([](RawConnection& client) { client.wait_until_closed(); });
    CHECK(greeting_of(mute, 10).empty());
    RawServer closes([](RawConnection&) {});
    CHECK(greeting_of(closes, 10).empty());
    RawServer resets([](RawConnection& client) { client.reset_at_end(); });
    CHECK(greeting_of(resets, 10).empty());
}

TEST_CASE("a cancellation ends the waiting with its own error") {
    const SilentPort silent;
    for (const bool before : {true, false}) {
        Cancellation cancellation;
        if (before) cancellation.cancel(ErrorClass::terminated);
        std::thread canceller([&] {
            if (!before) cancellation.cancel(ErrorClass::terminated);
        });
        const auto error = error_of([&] { net::connect(loopback(silent.port()), "db", 5min, cancellation); });
        canceller.join();
        CHECK(error.error_class() == ErrorClass::terminated);
    }
    Cancellation cancellation;
    RawServer mute([&](RawConnection& client) {
        cancellation.cancel();
        client.wait_until_closed();
    });
    const auto error = error_of([&] {
        const auto socket = net::connect(loopback(mute.port()), "db", 5s, cancellation);
        net::read_greeting(socket, 10, 5min, cancellation);
    });
    CHECK(error.error_class() == ErrorClass::interrupted);
}
