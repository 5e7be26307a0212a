#include "contract/connecting_contract.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sources/registry.hpp"
#include "support/raw_server.hpp"

namespace prevision::testing {

namespace {

using Fixture = ConnectingFixture;

constexpr auto short_time = std::chrono::milliseconds(100);

void check_credentials(const Fixture& fixture) {
    auto connection = fixture.connection();
    const auto address = fmt::format("127.0.0.1:{}", connection.port.value());
    const auto user = fmt::format("'{}'", connection.username);
    connection.password = Secret("not the password");
    const auto error = check_fails(fixture, connection, "auth", ErrorClass::auth);
    CHECK_THAT(error.what(), Catch::Contains(address) && Catch::Contains(user));
    CHECK_FALSE(error.hint().empty());
    connection.password = Secret();
    check_fails(fixture, connection, "auth", ErrorClass::auth);
    connection.username = "nobody' OR '1";
    check_fails(fixture, connection, "auth", ErrorClass::auth);
}

void check_unreachable(const Fixture& fixture) {
    const ClosedPort closed;
    const auto refused = connection_to_port(fixture, closed.port());
    CHECK_THAT(check_fails(fixture, refused, "connect", ErrorClass::unreachable).what(),
               Catch::Contains("refused"));

    auto unknown = connection_to_port(fixture, 1);
    unknown.host = "no-such-host.invalid";
    CHECK_THAT(check_fails(fixture, unknown, "resolve", ErrorClass::unreachable).what(),
               Catch::Contains("no-such-host.invalid"));

    const SilentPort silent;
    auto unanswered = connection_to_port(fixture, silent.port());
    unanswered.connect_timeout = short_time;
    CHECK_THAT(check_fails(fixture, unanswered, "connect", ErrorClass::unreachable).what(),
               Catch::Contains("100 ms"));
}

void check_silent_server(const Fixture& fixture) {
    RawServer mute([](RawConnection& client) { client.wait_until_closed(); });
    auto connection = connection_to_port(fixture, mute.port());
    connection.connect_timeout = short_time;
    CHECK_THAT(check_fails(fixture, connection, "tls", ErrorClass::unreachable).what(),
               Catch::Contains("100 ms"));
}

void check_wrong_answers(const Fixture& fixture) {
    for (const auto& answer : fixture.wrong_answers()) {
        CAPTURE(answer.substr(0, 20));
        RawServer server([&](RawConnection& client) {
            fixture.read_question(client);
            client.send(answer);
        });
        auto connection = connection_to_port(fixture, server.port());
        for (const auto* tls : {"prefer", "require", "disable"}) {
            CAPTURE(tls);
            connection.options["tls"] = tls;
            const auto run = run_test(connection);
            REQUIRE(run.error);
            CHECK(run.error->error_class() == ErrorClass::unreachable);
            CHECK_FALSE(run.error->hint().empty());
        }
    }
}

void check_full_server(const Fixture& fixture) {
    const auto answer = fixture.full_answer();
    RawServer full([&](RawConnection& client) {
        fixture.read_question(client);
        client.send(answer.bytes);
        client.wait_until_closed();
    });
    auto connection = connection_to_port(fixture, full.port());
    connection.options["tls"] = "disable";
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK_THAT(run.error->what(), Catch::Contains(answer.words));
}

void check_cancellation(const Fixture& fixture) {
    Cancellation cancellation;
    RawServer mute([&](RawConnection& client) {
        fixture.read_question(client);
        cancellation.cancel();
        client.wait_until_closed();
    });
    auto connection = connection_to_port(fixture, mute.port());
    connection.connect_timeout = std::chrono::minutes(5);
    const auto source = sources::open_source(connection, cancellation);
    CHECK(error_of([&] { static_cast<void>(source->list("")); }).error_class() == ErrorClass::interrupted);
}

void check_fields(const Fixture& fixture) {
    const auto refused = [&](auto change) {
        auto connection = connection_to_port(fixture, 1);
        change(connection);
        Cancellation cancellation;
        const auto error = error_of([&] { sources::open_source(connection, cancellation); });
        CHECK(error.error_class() == ErrorClass::invalid);
        return std::string(error.what());
    };
    const std::string nul("a\0b", 3);
    CHECK_THAT(refused([&](auto& c) { c.username = nul; }), Catch::StartsWith("invalid username"));
    CHECK_THAT(refused([&](auto& c) { c.password = Secret(nul); }), Catch::StartsWith("invalid password"));
    for (const auto& [option, value] : fixture.wrong_options()) {
        CAPTURE(option);
        CHECK_THAT(refused([&, &name = option, &text = value](auto& c) { c.options[name] = text; }),
                   Catch::StartsWith("invalid " + option));
    }
}

}  // namespace

sources::Connection connection_to_port(const Fixture& fixture, int port) {
    auto connection = fixture.connection();
    connection.host = "127.0.0.1";
    connection.port = port;
    connection.username = "somebody";
    connection.password = Secret("top-secret");
    return connection;
}

Error check_fails(const Fixture& fixture, const sources::Connection& connection, const std::string& stage,
                  ErrorClass error_class) {
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.last().name == stage);
    CHECK_FALSE(run.last().ok);
    CHECK(run.error->error_class() == error_class);
    CHECK(error_of([&] { read_whole(connection, fixture.location()); }).error_class() == error_class);
    const auto words = run.error->what() + run.error->hint();
    if (!connection.password.empty())
        CHECK_THAT(words, !Catch::Contains(std::string(connection.password.reveal())));
    return *run.error;
}

std::string tls_message(const sources::Connection& connection) {
    const auto run = run_test(connection);
    if (run.error) throw Error(*run.error);
    return run.stages.at(2).message;
}

void check_connecting_contract(const Fixture& fixture) {
    SECTION("wrong credentials give the class auth") { check_credentials(fixture); }
    SECTION("a refused connection, an unknown host and a silent port are unreachable") {
        check_unreachable(fixture);
    }
    SECTION("a server that accepts and says nothing is unreachable after the time-out") {
        check_silent_server(fixture);
    }
    SECTION("a server that does not speak the protocol is unreachable") { check_wrong_answers(fixture); }
    SECTION("a server with too many connections is unreachable") { check_full_server(fixture); }
    SECTION("a cancellation ends a connection attempt") { check_cancellation(fixture); }
    SECTION("an impossible connection is refused, and the message names the field") { check_fields(fixture); }
}

}  // namespace prevision::testing
