#include <catch2/catch.hpp>

#include "server/served.hpp"
#include "support/process_memory.hpp"

using namespace prevision;
using testing::HiddenText;
using testing::Served;

TEST_CASE("a served platform keeps no secret of a request in its memory") {
    Served served;
    const auto copies = [&](const HiddenText& secret) {
        return secret.copies_in(served.process().process());
    };
    const auto connectors = "/projects/" + served.project() + "/connectors";
    const auto size = GENERATE(std::size_t{12}, 200, 20'000);
    CAPTURE(size);
    const HiddenText secret(size);
    const auto with_secret = [&](const std::string& fields) {
        return "{" + fields + R"("password":")" + secret.plain() + R"("})";
    };
    const auto made =
        served.call("POST", connectors,
                    with_secret(R"("name":"c","type":"SFTP","host":"127.0.0.1","port":1,"username":"u",)"));
    REQUIRE(made.status == 200);
    CHECK(copies(secret) == 0);
    const auto path = "/connectors/" + made.id();
    CHECK(served.call("PATCH", path, with_secret(R"("host":"localhost",)")).status == 200);
    CHECK(copies(secret) == 0);
    CHECK(served.call("POST", path + "/compare-secrets", with_secret("")).body == R"({"password":"same"})");
    CHECK(copies(secret) == 0);
    CHECK(served.call("POST", path + "/test").status == 502);
    CHECK(copies(secret) == 0);

    SECTION("also of one that is refused") {
        CHECK(served.call("POST", connectors, with_secret(R"("name":"c","type":"none",)")).status == 400);
        CHECK(copies(secret) == 0);
        CHECK(served.call("POST", "/connectors", with_secret("")).status == 404);
        CHECK(copies(secret) == 0);
        CHECK(served.call("POST", connectors, with_secret("") + "}").status == 400);
        CHECK(copies(secret) == 0);
    }
    SECTION("also of one without a valid token, whose body is not read") {
        const auto refused =
            served.curl("/ext/v1" + connectors, {"-H", "Authorization: none", "-d", with_secret("")});
        CHECK(refused.status == 401);
        // The answer is sent before the body's beginning is wiped.
        testing::wait_until([&] { return copies(secret) == 0; });
    }
}

TEST_CASE("a served platform keeps no token in its memory") {
    Served served;
    const HiddenText token(60);
    const auto answer = served.curl("/ext/v1/projects", {"-H", "Authorization: " + token.plain()});
    CHECK(answer.status == 401);
    CHECK(token.copies_in(served.process().process()) == 0);
}
