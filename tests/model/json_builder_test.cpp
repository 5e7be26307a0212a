#include "model/json_builder.hpp"

#include <catch2/catch.hpp>

#include "model/json.hpp"

using namespace prevision::model;
using namespace std::string_literals;

TEST_CASE("an object holds its members in the order of the calls") {
    CHECK(JsonObject().finish() == "{}");
    CHECK(JsonObject()
              .text("name", "a")
              .value("port", 3306)
              .value("ok", true)
              .value("ms", 1.5)
              .json("items", JsonArray().text("x").json("null").finish())
              .finish() == R"({"name":"a","port":3306,"ok":true,"ms":1.5,"items":["x",null]})");
}

TEST_CASE("a member without a value is null or left out, as the call says") {
    const std::optional<int> none;
    CHECK(JsonObject().text_or_null("a", "").value("b", none).finish() == R"({"a":null,"b":null})");
    JsonObject object;
    object.text_if_set("a", "").text_if_given("b", std::nullopt).value_if_given("c", none);
    CHECK(object.empty());
    CHECK(object.text_if_given("b", "").finish() == R"({"b":""})");
}

TEST_CASE("every character of a text comes back when the object is read") {
    std::string text = "é 😀 \x7f";
    for (int c = 0; c < 0x20; ++c) text += static_cast<char>(c);
    text += "\"\\/";
    const auto document = JsonObject().text(text, text).finish();
    const auto parsed = parse_json_object(document);
    CHECK(get_text(parsed, text) == text);
    CHECK(json_text("\"\\\n\x1f"s) == R"("\"\\\n\u001f")");
}

TEST_CASE("the largest and smallest numbers keep their digits") {
    CHECK(json_value(std::uint64_t{18446744073709551615U}) == "18446744073709551615");
    CHECK(json_value(std::int64_t{INT64_MIN}) == "-9223372036854775808");
}
