#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "core/error.hpp"
#include "render/json_reader.hpp"
#include "rendering.hpp"

using namespace prevision;
using namespace prevision::render;
using testing::document;
using testing::render_list;
using testing::render_one;

namespace {

constexpr const char* sample =
    R"({"_id":"a1","name":"main","port":3306,"tags":["x",{"deep":[]}],"options":{},"tls":true,"password":null})";

/// What yaml-cpp's reader makes of the text of one member.
std::string read_back(const std::string& json_text) {
    const auto yaml = render_one({}, document("{\"k\":" + json_text + "}"), {.format = Format::yaml});
    return YAML::Load(yaml)["k"].as<std::string>();
}

}  // namespace

TEST_CASE("json is one array, indented, whatever the number of rows") {
    const Settings json{.format = Format::json};
    CHECK(render_list({}, {}, json) == "[]\n");
    CHECK(render_list({}, {document(sample), document("{}"), document(R"({"a":1})")}, json) ==
          R"([
  {
    "_id": "a1",
    "name": "main",
    "port": 3306,
    "tags": [
      "x",
      {
        "deep": []
      }
    ],
    "options": {},
    "tls": true,
    "password": null
  },
  {},
  {
    "a": 1
  }
]
)");
    CHECK(render_one({}, document(R"( {"a" : [ 1 , 2 ] } )"), json) ==
          "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n");
}

TEST_CASE("json is written row by row") {
    testing::MemoryOutput out;
    const auto renderer = make_list_renderer({}, {.format = Format::json}, out);
    renderer->add(document("{}"));
    CHECK(out.text == "[\n  {}");
    renderer->add(document("{}"));
    CHECK(out.text == "[\n  {},\n  {}");
    renderer->finish();
    CHECK(out.text == "[\n  {},\n  {}\n]\n");
}

TEST_CASE("jsonl is a compact document a line") {
    const Settings lines{.format = Format::jsonl};
    CHECK(render_list({}, {}, lines).empty());
    CHECK(render_list({}, {document("{\n \"a\" : [1, \"x y\\n\"]\n}"), document("{ }")}, lines) ==
          "{\"a\":[1,\"x y\\n\"]}\n{}\n");
    CHECK(render_one({}, document("{ \"a\" : 1 }"), lines) == "{\"a\":1}\n");
}

TEST_CASE("numbers and texts stay spelled as they were") {
    for (const std::string value :
         {"0", "-0", "1.0", "1.10", "1e400", "-1E-400", "1e+05", "12345678901234567890123",
          "0.1000000000000000055", R"("")", R"("é \u00e9 \/ \" \\ \u0000 \ud83d\ude00 日本 👨‍👩")",
          "true", "false", "null", "[]", "{}"}) {
        CAPTURE(value);
        CHECK(compact_json(value) == value);
        CHECK(pretty_json(value) == value);
        const std::string inside = fmt::format(R"([{0},{{"k":{0}}}])", value);
        CHECK(compact_json(inside) == inside);
    }
}

TEST_CASE("a member that comes twice stays twice, and the order is kept") {
    CHECK(compact_json(R"({"b":1,"a":2,"b":3})") == R"({"b":1,"a":2,"b":3})");
}

TEST_CASE("json holds nothing raw that a terminal must not see, and the same value") {
    CHECK(compact_json("{\"\u202ek\":\"\x7f\u009b31m\u2028\"}") == R"({"\u202ek":"\u007f\u009b31m\u2028"})");
    CHECK(compact_json("\"a\xff\xc3z\"") == "\"a\ufffd\ufffdz\"");
}

TEST_CASE("what is no JSON is an error that names the place") {
    struct Example {
        std::string text;
        std::string reason;
    };
    using namespace std::string_literals;
    const auto example = GENERATE(values<Example>({
        {"", "a value is missing at byte 0"},
        {" ", "a value is missing at byte 1"},
        {"{", "a key is missing at byte 1"},
        {"{\"a\"}", "a colon is missing at byte 4"},
        {"{\"a\":}", "a value is missing at byte 5"},
        {"{\"a\":1,}", "a key is missing at byte 7"},
        {"{1:2}", "a key is missing at byte 1"},
        {"{,}", "a key is missing at byte 1"},
        {"[1,]", "a value is missing at byte 3"},
        {"[,1]", "a value is missing at byte 1"},
        {"[1 2]", "a comma or the end is missing at byte 3"},
        {"[1}", "a comma or the end is missing at byte 2"},
        {"[", "a value is missing at byte 1"},
        {"[1", "a comma or the end is missing at byte 2"},
        {"]", "a value is missing at byte 0"},
        {"{} {}", "something follows its end at byte 3"},
        {"nul", "a value is missing at byte 0"},
        {"nullx", "something follows its end at byte 4"},
        {"NaN", "a value is missing at byte 0"},
        {"01", "something follows its end at byte 1"},
        {"1.", "a digit is missing in the number at byte 0"},
        {"-", "a digit is missing in the number at byte 0"},
        {"1e", "a digit is missing in the number at byte 0"},
        {"+1", "a value is missing at byte 0"},
        {".5", "a value is missing at byte 0"},
        {"\"a", "the end is missing of the text at byte 0"},
        {"\"a\\", "an escape is wrong in the text at byte 0"},
        {"\"\\x\"", "an escape is wrong in the text at byte 0"},
        {"\"\\u12g4\"", "an escape is wrong in the text at byte 0"},
        {"\"\\u12", "an escape is wrong in the text at byte 0"},
        {"\"a\nb\"", "a control character stands in the text that begins at byte 0"},
        {"1\0"s, "something follows its end at byte 1"},
        {"\0"s, "a value is missing at byte 0"},
        {"'a'", "a value is missing at byte 0"},
        {"\ufeff{}", "a value is missing at byte 0"},
    }));
    CAPTURE(example.text);
    try {
        const auto shown = pretty_json(example.text);
        FAIL(shown);
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::internal);
        CHECK(error.what() == "cannot show the JSON document: " + example.reason);
    }
}

TEST_CASE("every beginning of a document is an error, not a crash") {
    const std::string text = R"({"a":[1.5e3,"x\u00e9",{"b":null}],"c":false})";
    CHECK(compact_json(text) == text);
    for (std::size_t length = 0; length < text.size(); ++length) {
        CAPTURE(length);
        CHECK_THROWS_AS(compact_json(text.substr(0, length)), Error);
    }
}

TEST_CASE("a document may be nested 1000 deep, and no deeper") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(compact_json(nested(1000)) == nested(1000));
    CHECK_THROWS_AS(compact_json(nested(1001)), Error);
    CHECK_THROWS_AS(compact_json(std::string(1000000, '[')), Error);
    CHECK(YAML::Load(render_one({}, document("{\"a\":" + nested(100) + "}"), {.format = Format::yaml}))
              .IsMap());
}

TEST_CASE("yaml is a sequence of mappings") {
    const Settings yaml{.format = Format::yaml};
    CHECK(render_list({}, {}, yaml) == "[]\n");
    CHECK(render_list({}, {document(sample), document(R"({"a":{"b":[[1],[]]}})"), document("{}")}, yaml) ==
          R"(- _id: a1
  name: main
  port: 3306
  tags:
    - x
    - deep: []
  options: {}
  tls: true
  password: null
- a:
    b:
      -
        - 1
      - []
- {}
)");
    CHECK(render_one({}, document(R"({"a":1,"b":"x"})"), yaml) == "a: 1\nb: x\n");
}

TEST_CASE("yaml keeps texts texts, and numbers as they were spelled") {
    struct Example {
        std::string json;
        std::string yaml;
    };
    const auto example = GENERATE(values<Example>({
        {R"("plain text")", "plain text"},
        {R"("db.example.org")", "db.example.org"},
        {R"("true")", R"("true")"},
        {R"("No")", R"("No")"},
        {R"("y")", R"("y")"},
        {R"("NULL")", R"("NULL")"},
        {R"("~")", R"("~")"},
        {R"("")", R"("")"},
        {R"("3306")", R"("3306")"},
        {R"("1e3")", R"("1e3")"},
        {R"("0x1f")", R"("0x1f")"},
        {R"("1:30")", R"("1:30")"},
        {R"("2026-11-23")", R"("2026-11-23")"},
        {R"(".inf")", R"(".inf")"},
        {R"("65e100000000000000000000")", R"("65e100000000000000000000")"},
        {R"("-")", R"("-")"},
        {R"("- a")", R"("- a")"},
        {R"("a: b")", R"("a: b")"},
        {R"("a #b")", R"("a #b")"},
        {R"("*a")", R"("*a")"},
        {R"("x ")", R"("x ")"},
        {R"("two\nlines\t\"\\")", R"("two\nlines\t\"\\")"},
        {R"("日本 é")", R"("日本 é")"},
        {R"("\u202e日")", R"("\u202e\u65e5")"},
        {R"("\u007f\u001b")", R"("\x7f\x1b")"},
        {"1.0", "1.0"},
        {"-0", "-0"},
        {"1e400", "1e400"},
        {"12345678901234567890123", "12345678901234567890123"},
        {"null", "null"},
        {"true", "true"},
    }));
    CHECK(render_one({}, document("{\"k\":" + example.json + "}"), {.format = Format::yaml}) ==
          "k: " + example.yaml + "\n");
}

TEST_CASE("a bare word of yaml is one that no reader takes for anything but a text") {
    for (const std::string word : {"a", "z9", "_id", "x-y_z.w/v u", "Nope", "trueish", "e5", "inf", "nan"}) {
        CHECK(render_one({}, document("[\"" + word + "\"]"), {.format = Format::yaml}) == "- " + word + "\n");
    }
    for (const std::string word :
         {"n",  "N",  "Y",  "yes", "YES", "ON", "off", "False", "Null", "-1", "1_0", "0o7", "=",
          "<<", "!x", "&x", "@x",  "%x",  "|",  ">",   "?",     "[]",   "{}", "a,b", "a:",  "é"}) {
        CHECK(render_one({}, document("[\"" + word + "\"]"), {.format = Format::yaml}) ==
              "- \"" + word + "\"\n");
    }
}

TEST_CASE("a reader of yaml finds the text that json held") {
    using namespace std::string_literals;
    struct Example {
        std::string json;
        std::string text;
    };
    const auto example = GENERATE(values<Example>({
        {R"("a\/b\b\f")", "a/b\b\f"},
        {R"("\u0000\u001b")", "\0\x1b"s},
        {R"("\ud83d\ude00 \u00e9")", "😀 é"},
        {R"("\u202e😀")", "\u202e😀"},
        {R"("\ud83d x")", "\ufffd x"},
        {R"("\ude00\ud83d")", "\ufffd\ufffd"},
        {R"("\ud83d\u0041")", "\ufffdA"},
        {R"("---\n- a: [1, {b: 'c'}]\n...\n")", "---\n- a: [1, {b: 'c'}]\n...\n"},
        {R"("\u0085\u2028\ufeff")", "\u0085\u2028\ufeff"},
        {"\"" + std::string(100000, 'x') + "\"", std::string(100000, 'x')},
    }));
    CHECK(read_back(example.json) == example.text);
}

TEST_CASE("odd keys survive yaml") {
    const std::string long_key(2000, 'k');
    const auto yaml =
        render_one({}, document(R"({"":1,"a b":2,"true":3,"x: y":4,"\n":5,"12":6,")" + long_key + R"(":7})"),
                   {.format = Format::yaml});
    const auto node = YAML::Load(yaml);
    CHECK(node.size() == 7);
    CHECK(node[""].as<int>() == 1);
    CHECK(node["a b"].as<int>() == 2);
    CHECK(node["true"].as<int>() == 3);
    CHECK(node["x: y"].as<int>() == 4);
    CHECK(node["\n"].as<int>() == 5);
    CHECK(node["12"].as<int>() == 6);
    CHECK(node[long_key].as<int>() == 7);
}

TEST_CASE("a text quoted as JSON reads back as itself") {
    using namespace std::string_literals;
    for (const auto& text : {""s, "say \"x\" \\ /"s, "\0\n\x1b\x7f"s, "\u202e日本 😀"s}) {
        CHECK(unescape_json(quote_json(text)) == text);
        CHECK(compact_json(quote_json(text)) == quote_json(text));
    }
    CHECK(quote_json("a\"\n\u009b") == R"("a\"\u000a\u009b")");
}
