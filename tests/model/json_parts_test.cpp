#include "model/json_parts.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::model;

namespace {

using Texts = std::vector<std::string>;

Texts elements(std::string_view text) {
    const auto parts = split_array(text);
    REQUIRE(parts);
    return {parts->begin(), parts->end()};
}

/// "name|value" of each member.
Texts members(std::string_view text) {
    const auto parts = split_object(text);
    REQUIRE(parts);
    Texts texts;
    for (const auto& part : *parts) texts.push_back(part.name + "|" + std::string(part.value));
    return texts;
}

}  // namespace

TEST_CASE("the elements of an array are spelled as they are in it") {
    CHECK(elements("[]").empty());
    CHECK(elements(" [ ] ").empty());
    CHECK(elements("[1]") == Texts{"1"});
    CHECK(elements("[12345678901234567890123,1.10,-0.0,1E2]") ==
          Texts{"12345678901234567890123", "1.10", "-0.0", "1E2"});
    CHECK(elements("[ true ,\n\tfalse, null ]\r\n") == Texts{"true", "false", "null"});
    CHECK(elements(R"(["a", "[,]", "\"", "\u00e9\/"])") ==
          Texts{R"("a")", R"("[,]")", R"("\"")", R"("\u00e9\/")"});
    CHECK(elements(R"([{"a": [1, {"b": 2}]}, [[]] , {}])") == Texts{R"({"a": [1, {"b": 2}]})", "[[]]", "{}"});
    CHECK(elements("\xef\xbb\xbf[1]") == Texts{"1"});
}

TEST_CASE("the members of an object are spelled as they are in it, in their order, each of two of one name") {
    CHECK(members("{}").empty());
    CHECK(members(R"({"b":1,"a":2.50,"b":"x"})") == Texts{"b|1", "a|2.50", R"(b|"x")"});
    CHECK(members(R"( { "it\u0065ms" : [ 1 , 2 ] , ":,": {"items": 3} } )") ==
          Texts{"items|[ 1 , 2 ]", R"(:,|{"items": 3})"});
    CHECK(find_value(*split_object(R"({"a":1,"a":2})"), "a") == "1");
    CHECK_FALSE(find_value(*split_object(R"({"b":{"a":1}})"), "a"));
}

TEST_CASE("what is of another kind has no such pieces") {
    for (const auto* text : {"{}", "1", "\"[]\"", "null", "false"}) {
        CAPTURE(text);
        CHECK_FALSE(split_array(text));
    }
    for (const auto* text : {"[]", "1", "\"{}\"", "null", "[{\"a\":1}]"}) {
        CAPTURE(text);
        CHECK_FALSE(split_object(text));
    }
}

TEST_CASE("what is no JSON has no pieces, and the error tells the place") {
    for (const std::string text : {"", "[1,]", "[1", "[1] 2", "{\"a\"}", "[\"\xff\"]", "[1}", "[01]"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(split_array(text), Error);
        CHECK_THROWS_AS(split_object(text), Error);
    }
    using namespace std::string_view_literals;
    CHECK_THROWS_WITH(split_array("[1]\0[2]"sv), "invalid JSON at byte 3: it is a NUL");
    CHECK_THROWS_WITH(split_array(std::string(40'000'000, '[')), "invalid JSON: it is nested too deeply");
}
