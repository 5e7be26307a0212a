#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "platform/fixture.hpp"
#include "platform/guess_limit.hpp"

using namespace prevision;
using platform::Caller;
using platform::GuessLimit;
using platform::Role;
using prevision::testing::Fixture;
using namespace std::chrono_literals;

TEST_CASE("a platform says of each secret whether it is the stored one, and nothing else") {
    Fixture platform;
    const auto made =
        platform.post(platform.in_project("/connectors"),
                      R"({"type": "SFTP", "name": "c", "host": "h", "username": "u", "password": "right"})");
    REQUIRE(made.status == 200);
    const auto compare = [&](const std::string& body) {
        const auto reply = platform.post("/connectors/" + made.id() + "/compare-secrets", body);
        CHECK(reply.status == 200);
        return reply.body;
    };
    CHECK(compare(R"({"password": "right"})") == R"({"password":"same"})");
    for (const auto* wrong : {"wrong", "righ", "right ", "Right", "", "rightt"}) {
        CAPTURE(wrong);
        CHECK(compare(R"({"password": ")" + std::string(wrong) + R"("})") == R"({"password":"different"})");
    }
    CHECK(compare(R"({"private_key": ""})") == R"({"private_key":"same"})");
    CHECK(compare(R"({"private_key": "x", "password": "right"})") ==
          R"({"password":"same","private_key":"different"})");
    CHECK(compare(R"({"host": "h"})") == "{}");
    CHECK(platform.get("/connectors/" + made.id()).body == made.body);
}

TEST_CASE("only an admin may compare secrets") {
    Fixture platform;
    const auto made = platform.post(platform.in_project("/connectors"),
                                    R"({"type": "FTP", "name": "c", "host": "h", "password": "p"})");
    const auto status = [&](Role role) {
        const Caller caller{.id = "1", .name = "n", .role = role};
        return platform.platform()
            .handle({.method = "POST",
                     .path = "/connectors/" + made.id() + "/compare-secrets",
                     .body = R"({"password": "p"})",
                     .caller = caller})
            .status;
    };
    CHECK(status(Role::admin) == 200);
    CHECK(status(Role::editor) == 403);
    CHECK(status(Role::viewer) == 403);
}

TEST_CASE("after wrong guesses the next one waits, longer each time, and a right one ends that") {
    CHECK(GuessLimit::delay(0) == 0ms);
    CHECK(GuessLimit::delay(1) == 100ms);
    CHECK(GuessLimit::delay(2) == 200ms);
    CHECK(GuessLimit::delay(8) == 10s);
    CHECK(GuessLimit::delay(4'000'000'000U) == 10s);
    GuessLimit limit(system_clock());
    Cancellation cancellation;
    const auto time_of_wait = [&](const std::string& secret) {
        const auto begin = std::chrono::steady_clock::now();
        limit.wait(secret, cancellation);
        return std::chrono::steady_clock::now() - begin;
    };
    for (int i = 0; i < 2; ++i) limit.count("a", false);
    CHECK(time_of_wait("b") < 50ms);
    CHECK(time_of_wait("a") > 150ms);
    // Those who try at once wait one behind the other.
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> guessers;
    for (int i = 0; i < 3; ++i) guessers.emplace_back([&] { limit.wait("a", cancellation); });
    for (auto& guesser : guessers) guesser.join();
    CHECK(std::chrono::steady_clock::now() - begin > 550ms);
    limit.count("a", true);
    CHECK(time_of_wait("a") < 50ms);
}

TEST_CASE("every kind of object is renamed, to a free name when that is asked for") {
    Fixture platform;
    const auto make = [&](const std::string& collection, const std::string& fields) {
        const auto made = platform.post(collection, "{" + fields + "}");
        REQUIRE(made.status == 200);
        return made.id();
    };
    const auto connector =
        make(platform.in_project("/connectors"),
             R"("name": "a", "type": "SQL", "engine": "mysql", "host": "127.0.0.1", "port": 9)");
    const auto of_connector = R"(, "database": "d", "table": "t", "connector_id": ")" + connector + R"(")";
    const auto datasource = make(platform.in_project("/data-sources"), R"("name": "a")" + of_connector);
    const auto of_datasource = R"(, "datasource_id": ")" + datasource + R"(")";
    const std::vector<std::array<std::string, 3>> kinds{
        {"/projects", "/projects/", ""},
        {platform.in_project("/connectors"), "/connectors/", R"(, "type": "FTP", "host": "h")"},
        {platform.in_project("/data-sources"), "/data-sources/", of_connector},
        {platform.in_project("/exporters"), "/exporters/", of_connector},
        {platform.in_project("/datasets/data-source"), "/datasets/", of_datasource}};
    for (const auto& [collection, path, fields] : kinds) {
        CAPTURE(collection);
        const auto one = path + make(collection, R"("name": "one")" + fields);
        const auto two = path + make(collection, R"("name": "two")" + fields);
        CHECK(platform.patch(one + "?unique_name=true", R"({"name": "three"})").text("name") == "three");
        CHECK(platform.get(one).text("name") == "three");
        CHECK(platform.patch(one + "?unique_name=true", R"({"name": "three"})").status == 200);
        // A dataset whose snapshot has failed keeps no name.
        if (path != "/datasets/")
            CHECK(platform.patch(one + "?unique_name=true", R"({"name": "two"})").status == 409);
        CHECK(platform.patch(one, R"({"name": "two"})").text("name") == "two");
        CHECK(platform.patch(two, R"({"name": ""})").status == 400);
        CHECK(platform.patch(two, "{}").text("name") == "two");
    }
    const auto project = make("/projects", R"("name": "p", "description": "d", "color": "red")");
    const auto changed = platform.patch("/projects/" + project, R"({"description": "", "color": "blue"})");
    CHECK(changed.text("description").empty());
    CHECK(changed.text("color") == "blue");
    CHECK(changed.text("name") == "p");
    const auto exporter = make(platform.in_project("/exporters"), R"("name": "e")" + of_connector);
    CHECK(platform.patch("/exporters/" + exporter, R"({"database_write_mode": "replace"})")
              .text("database_write_mode") == "replace");
    CHECK(platform.patch("/exporters/" + exporter, R"({"database_write_mode": "x"})").status == 400);
    CHECK(platform.patch("/exporters/" + exporter, R"({"table": ""})").status == 400);
}
