#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "render/formats.hpp"
#include "render/json_reader.hpp"
#include "render/rendering.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

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

TEST_CASE("numbers stay spelled as they were, and texts stay the same") {
    for (const std::string value :
         {"0", "-0", "1.0", "1.10", "1e300", "-1E-400", "1e+05", "12345678901234567890123",
          "0.1000000000000000055", R"("")", R"("é / \" \\ \u0000 \n\r\t\b\f 😀 日本 👨‍👩")",
          "true", "false", "null", "[]", "{}"}) {
        CAPTURE(value);
        CHECK(compact_json(value) == value);
        CHECK(pretty_json(value) == value);
        const std::string inside = fmt::format(R"([{0},{{"k":{0}}}])", value);
        CHECK(compact_json(inside) == inside);
    }
    CHECK(compact_json(R"("\u00e9 \/ \ud83d\ude00 \u000a")") == R"("é / 😀 \n")");
}

TEST_CASE("a plain document is written in one pass, as another one is that has an escape too") {
    const std::string plain =
        R"( { "a" : [ 1 , -2.50 , true , false , null , [ ] , { } , [ [ "x" ] ] ] , "b" : "c d" } )";
    for (const std::optional<std::size_t> indent :
         {std::optional<std::size_t>(), std::optional<std::size_t>(2)}) {
        const auto written = reformat_plain(plain, indent);
        REQUIRE(written);
        // The same, with an escape at its end.
        const auto other = fmt::format(R"([{},"\u0041"])", plain);
        CHECK_FALSE(reformat_plain(other, indent));
        const auto rewritten = indent ? indented_json(other, *indent - 2) : compact_json(other);
        CHECK(rewritten.find(*written) != std::string::npos);
    }
    for (const std::string special :
         {R"("\n")", "\"é\"", "\"\x7f\"", "\"a",        "1e5",   "01",  "-",     "1.", ".5", "nul",
          "[1,]",    "[1 2]", "{\"a\"}",  "{\"a\":1,}", "{1:2}", "[1}", "{} {}", "",   "[",  "{"}) {
        CAPTURE(special);
        CHECK_FALSE(reformat_plain(special, 0));
    }
    CHECK_FALSE(reformat_plain(std::string(1000, '[') + std::string(1000, ']'), 0));
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
        int place;
    };
    using namespace std::string_literals;
    const auto example = GENERATE(
        values<Example>({{"", 0},         {" ", 1},           {"{", 1},       {"{\"a\"}", 4},
                         {"{\"a\":}", 5}, {"{\"a\":1,}", 7},  {"{1:2}", 1},   {"{,}", 1},
                         {"[1,]", 3},     {"[,1]", 1},        {"[1 2]", 3},   {"[1}", 2},
                         {"[", 1},        {"[1", 2},          {"]", 0},       {"{} {}", 3},
                         {"nul", 3},      {"nullx", 4},       {"NaN", 0},     {"01", 1},
                         {"1.", 2},       {"-", 1},           {"1e", 2},      {"1e400", 0},
                         {"+1", 0},       {".5", 0},          {"\"a", 2},     {"\"a\\", 2},
                         {"\"\\x\"", 1},  {"\"\\u12g4\"", 1}, {"\"\\u12", 1}, {"\"a\nb\"", 2},
                         {"1\0"s, 1},     {"\0"s, 0},         {"'a'", 0},     {"\"\\ud83d x\"", 1}}));
    CAPTURE(example.text);
    try {
        const auto shown = pretty_json(example.text);
        FAIL(shown);
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::internal);
        CHECK_THAT(error.what(), Catch::StartsWith(fmt::format("cannot show the JSON document: at byte {}: ",
                                                               example.place)));
    }
}

TEST_CASE("every beginning of a document is an error, not a crash") {
    const std::string text = R"({"a":[1.5e3,"x\u0007",{"b":null}],"c":false})";
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

TEST_CASE("yaml is to PyYAML what json is to Python") {
    // PyYAML is of YAML 1.1, which takes far more words for no text than 1.2 does. In JSON's spelling,
    // between ';'.
    const std::string texts =
        R"(plain;no;No;yes;on;off;y;N;true;null;Null;~;;1;1.5;1e3;1.e3;.5;0x1F;0o17;017;1_000;0b1;12:30:45;)"
        R"(190:20:30;2026-01-01;2026-01-01T00:00:00Z;=;<<;- a;? a;: a;a: b;a #b;#a; a;a ;a\nb;\ta;a\tb;!x;&x;*x;)"
        R"(%x;@x;`x;'x';\"x\";|;>;[x;{x;];};,;---;...;--- a;.inf;.NaN;-.inf;+1;-1;1,000;é漢🎉;\u0085;a\u2028b;)"
        R"(\ufeffx;\u0007;a\\b;x:;-;?;:;0.10;-0;+.5e-3)";
    std::vector<Row> rows;
    for (const auto& text : split(texts, ';')) {
        rows.push_back(
            document(fmt::format(R"({{"k":"{0}","{0}":["{0}",1,-0.5,true,null,{{"a":"{0}"}}]}})", text)));
    }
    const testing::TemporaryDirectory folder;
    std::ofstream(folder / "a.yaml") << render_list({}, rows, {.format = Format::yaml});
    std::ofstream(folder / "a.json") << render_list({}, rows, {.format = Format::json});
    const std::string script =
        "import json, sys, yaml\n"
        "of_yaml, of_json = (open(name, encoding='utf-8', newline='') for name in sys.argv[1:])\n"
        "pairs = list(zip(yaml.safe_load(of_yaml), json.load(of_json), strict=True))\n"
        "print(len(pairs), [pair for pair in pairs if pair[0] != pair[1]])\n";
    // Debian's, which has the module; another one may come first on the PATH.
    const auto result = testing::run_command(
        {"/usr/bin/python3", "-c", script, (folder / "a.yaml").string(), (folder / "a.json").string()});
    CHECK(result.errors.empty());
    CHECK(result.output == fmt::format("{} []\n", rows.size()));
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
        {"1e300", "1e300"},
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
        std::string read;
        read_json(quote_json(text), [&](const JsonToken& token) { read = token.text; });
        CHECK(read == text);
        CHECK(compact_json(quote_json(text)) == quote_json(text));
    }
    CHECK(quote_json("a\"\n\u009b") == R"("a\"\n\u009b")");
}
