#include "model/json.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::model;

TEST_CASE("a text that is no JSON object is refused with the place") {
    for (const auto* text : {"", "[]", "1", "{", "{\"a\":1,}", "{\"a\":\"\xff\"}", "<html></html>", "{} x"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_json_object(text), Error);
    }
}

TEST_CASE("forty million brackets neither crash nor take long") {
    CHECK_THROWS_WITH(parse_json(std::string(40'000'000, '[')), "invalid JSON: it is nested too deeply");
    CHECK_NOTHROW(parse_json("{\"a\":\"" + std::string(1000, '[') + "\"}"));
}

TEST_CASE("numbers may come as texts, and absent, null and empty are all not set") {
    const auto document = parse_json(R"({"a":"3306","b":3306,"c":3306.0,"d":"x","e":null,"f":"","g":true})");
    CHECK(get_integer(document, "a") == 3306);
    CHECK(get_integer(document, "b") == 3306);
    CHECK(get_integer(document, "c") == 3306);
    for (const auto* name : {"d", "e", "f", "g", "absent"}) {
        CAPTURE(name);
        CHECK_FALSE(get_integer(document, name));
    }
    CHECK(get_text(document, "b") == "3306");
    CHECK(get_text(document, "e").empty());
    CHECK(get_text(document, "absent").empty());
    CHECK(get_boolean(document, "g") == true);
    CHECK_FALSE(get_boolean(document, "a"));
}
