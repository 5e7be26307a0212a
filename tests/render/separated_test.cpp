#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "render/rendering.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::render;
using testing::cells;
using testing::render_list;
using testing::render_one;

namespace {

const std::vector<Column> name_and_host{{.name = "name"}, {.name = "host"}};

/// What a command writes to its stdout.
std::string run(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    REQUIRE(pipe);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        output.append(buffer.data(), count);
    }
    return output;
}

}  // namespace

TEST_CASE("csv quotes what needs it and tells an empty text from one that is not set") {
    CHECK(render_list(name_and_host,
                      {cells({"a", "b"}), cells({"a,b", "say \"x\""}), cells({"two\nlines", "cr\rlf\r\n"}),
                       cells({"", std::nullopt}), cells({" é 日本 ", "\t\\"})},
                      {.format = Format::csv}) ==
          "name,host\r\n"
          "a,b\r\n"
          "\"a,b\",\"say \"\"x\"\"\"\r\n"
          "\"two\nlines\",\"cr\rlf\r\n\"\r\n"
          "\"\",\r\n"
          " é 日本 ,\t\\\r\n");
}

TEST_CASE("csv and tsv have their header without a row too, unless it is off") {
    CHECK(render_list(name_and_host, {}, {.format = Format::csv}) == "name,host\r\n");
    CHECK(render_list(name_and_host, {}, {.format = Format::tsv}) == "name\thost\n");
    CHECK(render_list(name_and_host, {}, {.format = Format::csv, .header = false}).empty());
    CHECK(render_list(name_and_host, {cells({"a", "b"})}, {.format = Format::tsv, .header = false}) ==
          "a\tb\n");
    CHECK(render_one(name_and_host, cells({"a", "b"}), {.format = Format::csv}) == "name,host\r\na,b\r\n");
}

TEST_CASE("tsv keeps a row on a line") {
    CHECK(render_list(
              name_and_host,
              {cells({"tab\there", "two\nlines\r"}), cells({"C:\\new", std::nullopt}), cells({"", "x"})},
              {.format = Format::tsv}) ==
          "name\thost\n"
          "tab\\there\ttwo\\nlines\\r\n"
          "C:\\\\new\t\n"
          "\tx\n");
}

TEST_CASE("only on a terminal are the control characters of csv, tsv and id escaped") {
    const Row row{.id = "i\x1b", .cells = {"\x1b[2J\n", "\u202e\\\t"}, .document = "{}"};
    const auto show = [&](Format format, bool terminal) {
        return render_one(name_and_host, row, {.format = format, .header = false, .terminal = terminal});
    };
    CHECK(show(Format::csv, false) == "\"\x1b[2J\n\",\u202e\\\t\r\n");
    CHECK(show(Format::csv, true) == "\\x1b[2J\\n,\\u202e\\\\t\r\n");
    CHECK(show(Format::tsv, false) == "\x1b[2J\\n\t\u202e\\\\\\t\n");
    CHECK(show(Format::tsv, true) == "\\x1b[2J\\n\t\\u202e\\\\\\t\n");
    CHECK(show(Format::id, false) == "i\x1b\n");
    CHECK(show(Format::id, true) == "i\\x1b\n");
}

TEST_CASE("id is an id a line, and nothing for no row") {
    CHECK(render_list({},
                      {{.id = "a1", .cells = {}, .document = ""}, {.id = "b2", .cells = {}, .document = ""}},
                      {.format = Format::id}) == "a1\nb2\n");
    CHECK(render_list({}, {}, {.format = Format::id}).empty());
}

TEST_CASE("nothing is written before the first row") {
    for (const auto& name : format_names()) {
        CAPTURE(name);
        testing::MemoryOutput out;
        const auto renderer = make_list_renderer({{.name = "a"}}, {.format = *parse_format(name)}, out);
        CHECK(out.text.empty());
        CHECK(parse_format(name));
    }
    CHECK_FALSE(parse_format("TABLE"));
    CHECK_FALSE(parse_format("xml"));
    CHECK_FALSE(parse_format(""));
}

TEST_CASE("a row of another number of cells is an error") {
    for (const auto format : {Format::table, Format::csv, Format::tsv}) {
        CHECK_THROWS_AS(render_list(name_and_host, {cells({"a"})}, {.format = format}), Error);
        CHECK_THROWS_AS(render_one(name_and_host, cells({"a", "b", "c"}), {.format = format}), Error);
    }
}

TEST_CASE("sqlite3 reads our csv back, value for value") {
    const std::vector<std::string> values{
        "plain",      "",         "a,b",         "\"",   "\"\"quoted\"\"", "two\nlines",
        "carriage\r", "\r\n",     " blanks ",    "it's", "日本",           "👨\u200d👩",
        "\t",         "\x1b[31m", "back\\slash", ";",    "=1+1",           std::string(100000, '"')};
    std::vector<Row> rows;
    std::string expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
        rows.push_back(cells({std::to_string(i), values[i], "end"}));
        expected += std::to_string(i) + "|" + to_hex(values[i]) + "|end\n";
    }
    const testing::TemporaryDirectory folder;
    const std::string file = folder / "rows.csv";
    std::ofstream(file, std::ios::binary)
        << render_list({{.name = "n"}, {.name = "value"}, {.name = "last"}}, rows, {.format = Format::csv});
    CHECK(run("sqlite3 :memory: '.import --csv " + file +
              " t' \"select n || '|' || lower(hex(value)) || '|' || last from t order by cast(n as "
              "integer)\"") == expected);
}

TEST_CASE("200,000 rows of csv cost less than two seconds of processor time, in any build") {
    const std::clock_t start = std::clock();
    testing::MemoryOutput out;
    const auto renderer = make_list_renderer(
        {{.name = "id"}, {.name = "name"}, {.name = "host"}, {.name = "port"}, {.name = "at"}},
        {.format = Format::csv}, out);
    const Row row = cells({"6562f2a3b1c4d5e6f7a8b9c0", "warehouse, \"north\"", "db.example.org", std::nullopt,
                           "2026-11-23T06:01:07.250Z"});
    for (int i = 0; i < 200000; ++i) renderer->add(row);
    renderer->finish();
    CHECK(out.text.size() > std::size_t{16'000'000});
    CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);
}
