#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "render/rendering.hpp"

using namespace prevision;
using namespace prevision::render;
using testing::cells;
using testing::render_list;
using testing::render_one;

namespace {

const std::vector<Column> connector_columns{{.name = "_id"},
                                            {.name = "name"},
                                            {.name = "type"},
                                            {.name = "host"},
                                            {.name = "port", .alignment = Alignment::right}};

const std::vector<Row> connectors{
    cells({"6562f2a3b1c4d5e6f7a8b9c0", "my_sql_connector", "SQL", "https://myserver.com", "3306"}),
    cells({"6562f2a3b1c4d5e6f7a8b9c1", "売上データ", "SQL", "a-rather-long-name.of-a-host.example.org",
           std::nullopt}),
    cells({"6562f2a3b1c4d5e6f7a8b9c2", "e\u0301te\u0301 👨\u200d👩\u200d👧", "S3", std::nullopt, "0"}),
};

}  // namespace

TEST_CASE("a table is aligned by what is seen, and not cut without a width") {
    const std::string expected =
        "_ID                       NAME              TYPE  HOST                                      PORT\n"
        "6562f2a3b1c4d5e6f7a8b9c0  my_sql_connector  SQL   https://myserver.com                      3306\n"
        "6562f2a3b1c4d5e6f7a8b9c1  売上データ        SQL   a-rather-long-name.of-a-host.example.org     -\n"
        "6562f2a3b1c4d5e6f7a8b9c2  e\u0301te\u0301 👨\u200d👩\u200d👧            S3    -                        "
        "                    0\n";
    CHECK(render_list(connector_columns, connectors, {}) == expected);
    CHECK(render_list(connector_columns, connectors, {.width = 200}) == expected);
    CHECK(render_list(connector_columns, connectors, {.width = 96}) == expected);
}

TEST_CASE("a table of 80 cells cuts its widest column") {
    CHECK(render_list(connector_columns, connectors, {.width = 80}) ==
          "_ID                       NAME              TYPE  HOST                      PORT\n"
          "6562f2a3b1c4d5e6f7a8b9c0  my_sql_connector  SQL   https://myserver.com      3306\n"
          "6562f2a3b1c4d5e6f7a8b9c1  売上データ        SQL   a-rather-long-name.of-a…     -\n"
          "6562f2a3b1c4d5e6f7a8b9c2  e\u0301te\u0301 👨\u200d👩\u200d👧            S3    -                      "
          "      0\n");
}

TEST_CASE("a table of 40 cells keeps the id and leaves out columns at the right") {
    CHECK(render_list(connector_columns, connectors, {.width = 40}) ==
          "_ID                       NAME         …\n"
          "6562f2a3b1c4d5e6f7a8b9c0  my_sql_con…  …\n"
          "6562f2a3b1c4d5e6f7a8b9c1  売上データ   …\n"
          "6562f2a3b1c4d5e6f7a8b9c2  e\u0301te\u0301 👨\u200d👩\u200d👧       …\n");
}

TEST_CASE("a time without room loses its seconds, then its hour, before any text is cut") {
    const std::vector<Column> columns{{"name"}, {.name = "taken", .is_time = true}, {"note"}};
    const std::vector<Row> rows{cells({"abcdefgh", "2026-01-31T08:30:59.999Z", "1234567"}),
                                cells({"b", std::nullopt, "2026-01-31T08:30:59.999Z"})};
    const std::vector<Row> short_note(rows.begin(), rows.begin() + 1);
    const auto of_width = [&](int width) { return render_list(columns, short_note, {.width = width}); };
    CHECK(of_width(43) ==
          "NAME      TAKEN                     NOTE\nabcdefgh  2026-01-31T08:30:59.999Z  1234567\n");
    CHECK(of_width(42) == "NAME      TAKEN              NOTE\nabcdefgh  2026-01-31T08:30Z  1234567\n");
    CHECK(of_width(36) == "NAME      TAKEN              NOTE\nabcdefgh  2026-01-31T08:30Z  1234567\n");
    CHECK(of_width(35) == "NAME      TAKEN       NOTE\nabcdefgh  2026-01-31  1234567\n");
    CHECK(of_width(28) == "NAME      TAKEN       NOTE\nabcdefgh  2026-01-31  12345…\n");
    // Only what is a time: not what looks like one in another column, and what is not set stays so.
    CHECK(render_list(columns, rows, {.width = 40}) ==
          "NAME      TAKEN       NOTE\n"
          "abcdefgh  2026-01-31  1234567\n"
          "b         -           2026-01-31T08:30:…\n");
    // A platform may send any text.
    CHECK(render_list(columns, {cells({"a", "the day before yesterday", "x"})}, {.width = 22}) ==
          "NAME  TAKEN       NOTE\na     the day b…  x\n");
}

TEST_CASE("no row, no header") {
    CHECK(render_list(connector_columns, {}, {}).empty());
    CHECK(render_list(connector_columns, {}, {.width = 80, .bold = true}).empty());
}

TEST_CASE("a table of one column") {
    const std::vector<Column> name{{.name = "name"}};
    CHECK(render_list(name, {cells({"a"}), cells({""}), cells({std::nullopt})}, {}) == "NAME\na\n\n-\n");
    CHECK(render_list(name, {cells({std::string(100, 'x')})}, {.width = 40}) ==
          "NAME\n" + std::string(39, 'x') + "…\n");
    CHECK(render_list(name, {cells({"日本語日本語"})}, {.width = 4}) == "NAME\n日…\n");
    CHECK(render_list(name, {cells({"abc"})}, {.width = 1}) == "…\n…\n");
    CHECK(render_list(name, {cells({"abc"})}, {.width = 0}) == "…\n…\n");
}

TEST_CASE("no line ends in blanks") {
    CHECK(render_list({{.name = "a"}, {.name = "bbbb"}},
                      {cells({"x", ""}), cells({"", "y  "}), cells({"", ""})}, {}) == "A  BBBB\nx\n   y\n\n");
}

TEST_CASE("the header may be bold, off, or as the data names it") {
    const std::vector<Column> columns{{.name = "rows_per_page"}, {.name = "Été"}};
    const std::vector<Row> rows{cells({"1", "2"})};
    CHECK(render_list(columns, rows, {.bold = true}) ==
          "\x1b[1mROWS_PER_PAGE  ÉTé\x1b[0m\n1              2\n");
    CHECK(render_list(columns, rows, {.header = false}) == "1  2\n");
    CHECK(render_list(columns, rows, {.bold = true, .header = false}) == "1  2\n");
    CHECK(render_list(columns, rows, {.upper_case_header = false}) ==
          "rows_per_page  Été\n1              2\n");
}

TEST_CASE("a value cannot steer the terminal or break a line") {
    CHECK(render_list({{.name = "a\x1b"}, {.name = "b"}},
                      {cells({"\x1b[31mred", "two\nlines"}), cells({"\u202egpj", "\xff"})}, {}) ==
          "A\\x1b        B\n"
          "\\x1b[31mred  two\\nlines\n"
          "\\u202egpj    \\xff\n");
}

TEST_CASE("300 columns are all there on a pipe, and fit a terminal") {
    std::vector<Column> columns;
    Row row;
    std::string header;
    std::string line;
    for (int i = 100; i < 400; ++i) {
        columns.push_back({.name = "c" + std::to_string(i)});
        row.cells.emplace_back("v" + std::to_string(i));
        header += (header.empty() ? "" : "  ") + ("C" + std::to_string(i));
        line += (line.empty() ? "" : "  ") + ("v" + std::to_string(i));
    }
    CHECK(render_list(columns, {row}, {}) == header + "\n" + line + "\n");
    CHECK(render_list(columns, {row}, {.width = 40}) ==
          "C100  C101  C102  C103  C104  C105  …\n"
          "v100  v101  v102  v103  v104  v105  …\n");
}

TEST_CASE("no line is wider than the width, whatever the values") {
    const std::vector<std::string> texts{"",
                                         "a",
                                         "日本語日本語日本語日本語",
                                         "👨\u200d👩\u200d👧👨\u200d👩\u200d👧👨\u200d👩\u200d👧",
                                         "e\u0301\u0302e\u0301\u0302e\u0301\u0302e\u0301\u0302",
                                         std::string(300, 'x'),
                                         "\x1b\x1b\x1b\x1b\x1b\x1b"};
    for (std::size_t count = 1; count <= 12; ++count) {
        std::vector<Column> columns;
        Row row;
        for (std::size_t i = 0; i < count; ++i) {
            columns.push_back({.name = "column" + std::to_string(i),
                               .alignment = i % 2 == 0 ? Alignment::left : Alignment::right});
            row.cells.emplace_back(texts[(i * 5 + count) % texts.size()]);
        }
        for (int width = 1; width <= 200; ++width) {
            CAPTURE(count, width);
            const auto lines = split(render_list(columns, {row}, {.width = width}), '\n');
            REQUIRE(lines.size() == 3);
            CHECK(display_width(lines[0]) <= width);
            CHECK(display_width(lines[1]) <= width);
            CHECK(lines[2].empty());
        }
    }
}

TEST_CASE("a huge cell is cut on a terminal and whole on a pipe") {
    const std::string huge(1000000, 'x');
    const std::vector<Column> columns{{.name = "a"}, {.name = "b"}};
    CHECK(render_list(columns, {cells({huge, "1"})}, {.header = false}) == huge + "  1\n");
    CHECK(render_list(columns, {cells({huge, "1"})}, {.width = 40, .header = false}) ==
          std::string(36, 'x') + "…  1\n");
}

TEST_CASE("an object is a field a line, never cut") {
    const std::vector<Column> columns{{.name = "_id"},
                                      {.name = "host"},
                                      {.name = "rows_per_page", .alignment = Alignment::right},
                                      {.name = "名前"}};
    const Row row = cells({"a1", std::string(100, 'h'), std::nullopt, "two\nlines"});
    CHECK(render_one(columns, row, {.width = 40}) ==
          "_id:   a1\n"
          "host:  " +
              std::string(100, 'h') +
              "\n"
              "名前:  two\\nlines\n");
    CHECK(render_one(columns, row, {.header = false}) ==
          "a1\n" + std::string(100, 'h') + "\n-\ntwo\\nlines\n");
    CHECK(render_one({{.name = "a"}, {.name = "bb"}}, cells({"1", ""}), {.bold = true}) ==
          "\x1b[1ma:\x1b[0m   1\n\x1b[1mbb:\x1b[0m\n");
    CHECK(render_one({}, cells({}), {}).empty());
}

TEST_CASE("on a terminal a long value of one object goes on below its beginning") {
    const std::vector<Column> columns{{.name = "schema", .is_list = true}, {.name = "message"}};
    const auto row = cells(
        {"id INTEGER not null, note TEXT, total DECIMAL(10,2)", "the table orders is not there any more"});
    CHECK(render_one(columns, row, {.width = 40}) ==
          "schema:   id INTEGER not null,\n"
          "          note TEXT, total DECIMAL(10,2)\n"
          "message:  the table orders is not there\n"
          "          any more\n");
    const std::string whole =
        "schema:   id INTEGER not null, note TEXT, total DECIMAL(10,2)\n"
        "message:  the table orders is not there any more\n";
    CHECK(render_one(columns, row, {}) == whole);
    CHECK(render_one(columns, row, {.width = 61}) == whole);
    // A value is not torn into single words.
    CHECK(render_one(columns, row, {.width = 29}) == whole);
}

TEST_CASE("a table shows sizes and counts for people, the other formats their digits") {
    const std::vector<Column> columns{
        {.name = "name"},
        {.name = "rows", .alignment = Alignment::right, .quantity = Quantity::count},
        {.name = "bytes", .alignment = Alignment::right, .quantity = Quantity::bytes}};
    const std::vector<Row> rows{cells({"a", "2000000", "1000000000"}), cells({"b", std::nullopt, "12"}),
                                cells({"c", "0", "about 7"})};
    CHECK(render_list(columns, rows, {}) ==
          "NAME       ROWS      BYTES\n"
          "a     2,000,000  953.7 MiB\n"
          "b             -       12 B\n"
          "c             0    about 7\n");
    CHECK(render_list(columns, {rows[0]}, {.format = Format::csv}) ==
          "name,rows,bytes\r\na,2000000,1000000000\r\n");
    CHECK(render_one(columns, rows[0], {}) ==
          "name:   a\nrows:   2,000,000\nbytes:  953.7 MiB (1,000,000,000 bytes)\n");
    CHECK(render_one(columns, rows[1], {}) == "name:   b\nbytes:  12 B\n");
}
