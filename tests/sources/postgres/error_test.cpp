#include "sources/postgres/error.hpp"

#include <catch2/catch.hpp>

using namespace prevision;
using namespace prevision::sources;
using namespace prevision::sources::postgres;

TEST_CASE("a state of PostgreSQL's has the class of what happened") {
    struct Case {
        const char* state;
        std::optional<ErrorClass> expected;
    };
    const std::vector<Case> cases{
        {"28000", ErrorClass::auth},
        {"28P01", ErrorClass::auth},
        {"42501", ErrorClass::auth},
        {"3D000", ErrorClass::not_found},
        {"3F000", ErrorClass::not_found},
        {"42P01", ErrorClass::not_found},
        {"08006", ErrorClass::unreachable},
        {"57014", ErrorClass::unreachable},
        {"57P01", ErrorClass::unreachable},
        {"57P03", ErrorClass::unreachable},
        {"53300", ErrorClass::unreachable},
        {"", ErrorClass::unreachable},
        {"42601", std::nullopt},
        {"42703", ErrorClass::invalid},
        {"42883", ErrorClass::invalid},
        {"42704", ErrorClass::invalid},
        {"55000", ErrorClass::invalid},
        {"58P01", ErrorClass::invalid},
        {"55P03", ErrorClass::unreachable},
        {"22021", ErrorClass::integrity},
        {"22P05", ErrorClass::integrity},
        {"22012", std::nullopt},
        {"25006", std::nullopt},
    };
    for (const auto& each : cases) {
        CAPTURE(each.state);
        CHECK(classify(each.state) == each.expected);
        CHECK(hint_for(each.state, "me").empty() == !each.expected.has_value());
    }
}

TEST_CASE("why connecting failed is read from the library's message") {
    struct Case {
        std::string message;
        std::string state;
        std::string reason;
    };
    const std::string place = "connection to server at \"127.0.0.1\", port 5432 failed: ";
    const std::vector<Case> cases{
        {place +
             "FATAL:  28P01: password authentication failed for user \"x\"\nLOCATION:  auth_failed, a.c:1\n",
         "28P01", "password authentication failed for user \"x\""},
        {place + "FATAL:  28P01: wrong\n" + place + "FATAL:  28000: no encryption\n", "28P01", "wrong"},
        {place + "SSL error: x\n" + place + "FATAL:  28000: no entry\n", "28000", "no entry"},
        {place + "Connection refused\n\tIs the server running there?\n", "", "Connection refused"},
        {place + "FEHLER :  3D000: a:  b: c\n", "3D000", "a:  b: c"},
        {"invalid sslmode value: \"x\"\n", "", "invalid sslmode value: \"x\""},
        {place + "FATAL:  12345\n", "", "FATAL:  12345"},
        {"", "", ""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.message);
        const auto refusal = parse_refusal(each.message);
        CHECK(refusal.state == each.state);
        CHECK(refusal.reason == each.reason);
    }
}
