#include "platform/http/answers.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/utf8.hpp"
#include "model/json.hpp"
#include "platform/http/body.hpp"
#include "support/process_memory.hpp"

using namespace prevision;
using namespace prevision::platform;

TEST_CASE("each class of failure has a status") {
    const auto [error_class, status] = GENERATE(table<ErrorClass, int>({
        {ErrorClass::not_found, 404},
        {ErrorClass::auth, 403},
        {ErrorClass::conflict, 409},
        {ErrorClass::invalid, 400},
        {ErrorClass::usage, 400},
        {ErrorClass::unreachable, 502},
        {ErrorClass::integrity, 500},
        {ErrorClass::internal, 500},
    }));
    const auto answer = failure_answer(Error(error_class, "why", "do this"));
    CHECK(answer.status == status);
    const auto json = model::parse_json(answer.body);
    CHECK(json["status"].GetInt() == status);
    CHECK(json["message"].GetString() == std::string("why"));
    CHECK(json["class"].GetString() == std::string(to_string(error_class)));
    CHECK(json["hint"].GetString() == std::string("do this"));
}

TEST_CASE("a failure is valid JSON whatever its message holds") {
    const auto answer = failure_answer(Error(ErrorClass::internal, "a\xff\"\n\xc3"));
    CHECK(std::string(model::parse_json(answer.body)["message"].GetString()) ==
          "a\xef\xbf\xbd\"\n\xef\xbf\xbd");
}

TEST_CASE("what is not UTF-8 is replaced, and nothing else") {
    const std::string bad = "\xef\xbf\xbd";
    const auto [text, expected] = GENERATE_COPY(table<std::string, std::string>({
        {"", ""},
        {"plain \x7f", "plain \x7f"},
        {"é € 😀", "é € 😀"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},     // U+10FFFF, the last one
        {"\xf4\x90\x80\x80", bad + bad + bad + bad},  // beyond it
        {"\xed\xa0\x80", bad + bad + bad},            // a surrogate
        {"\xc0\xaf", bad + bad},                      // '/' in two bytes
        {"\xe0\x80\xaf", bad + bad + bad},            // in three
        {"caf\xe9", "caf" + bad},                     // Latin-1
        {"a\x80z", "a" + bad + "z"},                  // a byte that begins nothing
        {"\xe2\x82", bad + bad},                      // cut off
        {std::string("a\0b", 3), std::string("a\0b", 3)},
    }));
    CHECK(valid_utf8(text) == expected);
}

TEST_CASE("a page says whether there is another") {
    const auto [number, size, total, more] =
        GENERATE(table<std::uint64_t, std::uint64_t, std::uint64_t, bool>({
            {1, 100, 0, false},
            {1, 100, 100, false},
            {1, 100, 101, true},
            {2, 100, 101, false},
            {7, 10, 5, false},
        }));
    CAPTURE(number, size, total);
    const Page page{.number = number, .size = size};
    PageAnswer built(page);
    built.add("{}");
    built.add("{}");
    const auto answer = built.finish(total);
    CHECK(answer.status == 200);
    const auto json = model::parse_json(answer.body);
    CHECK(json["items"].Size() == 2);
    CHECK(json["metaData"]["page"].GetUint64() == number);
    CHECK(json["metaData"]["rowsPerPage"].GetUint64() == size);
    CHECK(json["metaData"]["totalItems"].GetUint64() == total);
    CHECK(json["metaData"]["nextPage"].GetBool() == more);
}

TEST_CASE("a page is asked for by number and size") {
    CHECK(read_page(Query("")).number == 1);
    CHECK(read_page(Query("")).size == 100);
    CHECK(read_page(Query("page=3&rowsPerPage=10000")).offset() == 20'000);
    for (const auto* query : {"page=0", "page=-1", "page=x", "page=1.0", "rowsPerPage=0", "rowsPerPage=10001",
                              "page=9223372036854775807"}) {
        CAPTURE(query);
        CHECK_THROWS_AS(read_page(Query(query)), Error);
    }
}

TEST_CASE("a body's fields are read as what they must be") {
    Body body(R"({"name": "é", "empty": "", "null": null, "number": 5, "list": [],
                  "port": 3306, "port_text": "3306", "secret": "s3cret", "object": {"k": "v"}, "json": "{\"k\":1}"})");
    CHECK(body.text("name") == "é");
    CHECK(body.text("empty").empty());
    CHECK(body.text("null").empty());
    CHECK(body.text("absent").empty());
    CHECK(body.has("null"));
    CHECK_FALSE(body.has("absent"));
    CHECK(body.required_text("name") == "é");
    CHECK(body.port("port") == 3306);
    CHECK(body.port("port_text") == 3306);
    CHECK_FALSE(body.port("null"));
    CHECK_FALSE(body.port("empty"));
    CHECK_FALSE(body.port("absent"));
    CHECK(body.secret("secret").reveal() == "s3cret");
    CHECK(body.secret("secret").empty());  // taken out
    CHECK(body.secret("absent").empty());
    CHECK(body.secret_object("object").reveal() == R"({"k":"v"})");
    CHECK(body.secret_object("json").reveal() == R"({"k":1})");
    CHECK(body.secret_object("null").empty());
}

TEST_CASE("a body's field of a wrong type is refused by name") {
    Body body(R"({"number": 5, "list": [], "flag": true, "object": {}, "text": "x", "empty": "", "null": null,
                  "p0": 0, "p1": 65536, "p2": -1, "p3": 1.5, "p4": "3306x", "p5": 99999999999999999999})");
    for (const auto* name : {"number", "list", "flag", "object"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(body.text(name), std::string("invalid ") + name + ": a text is expected");
        CHECK_THROWS_WITH(body.secret(name), std::string("invalid ") + name + ": a text is expected");
    }
    for (const auto* name : {"empty", "null", "absent"}) {
        CHECK_THROWS_WITH(body.required_text(name), std::string("invalid ") + name + ": it is required");
    }
    for (const auto* name : {"p0", "p1", "p2", "p3", "p4", "p5", "flag", "list"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(body.port(name), Catch::StartsWith(std::string("invalid ") + name + ": "));
    }
    for (const auto* name : {"number", "list", "text"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(body.secret_object(name), Catch::EndsWith("a JSON object is expected"));
    }
}

TEST_CASE("nothing of a body stays in memory when it goes, whether it was taken out or not") {
    const prevision::testing::HiddenText hidden(40);
    const auto copies = [&] { return hidden.copies_in(::getpid()); };
    auto text = hidden.fill(R"({"a": "\u0041#", "b": {"k": ["#"]}, "c": "#"})");
    {
        Body body(text);
        wipe(text);
        CHECK(copies() == 3);
        {
            const auto taken = body.secret("a");
            const auto object = body.secret_object("b");
            CHECK(copies() == 3);
        }
        CHECK(copies() == 1);
    }
    CHECK(copies() == 0);
    text = hidden.fill(R"({"a": "#", })");
    CHECK_THROWS_AS(Body(text), Error);
    wipe(text);
    CHECK(copies() == 0);
}

TEST_CASE("a body is one JSON object") {
    for (const auto* text :
         {"", " ", "[]", "null", "1", "\"x\"", "{", "{}{}", "{\"a\":\"\xff\"}", "<html>"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(Body(text), Error);
    }
}
