#include "model/json.hpp"

#include <optional>

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

TEST_CASE("a text is parsed in place as anywhere else") {
    for (const std::string text :
         {"", "{}", "[1, 2.5, -3e7, true, null]",
          R"({"a": "x\u00e9\n\"y\"", "long": "0123456789012345678901234567890"})", "\xEF\xBB\xBF{\"a\":1}",
          "\xEF\xBB\xBF", "{\"a\":\"\xff\"}", "{} x", "{\"a\":", "[\"\\ud800\"]"}) {
        CAPTURE(text);
        std::optional<std::string> expected;
        std::string reason;
        try {
            expected = write_json(parse_json(text));
        } catch (const Error& error) {
            reason = error.what();
        }
        auto place = text;
        if (expected) {
            const auto document = parse_json_in_place(place);
            CHECK(write_json(document) == *expected);
        } else {
            CHECK_THROWS_WITH(parse_json_in_place(place), reason);
        }
    }
    auto text = std::string("{}\0", 3);
    CHECK_THROWS_WITH(parse_json_in_place(text), "invalid JSON at byte 2: it is a NUL");
    text = std::string(1000, '[');
    CHECK_THROWS_WITH(parse_json_in_place(text), "invalid JSON: it is nested too deeply");
}
