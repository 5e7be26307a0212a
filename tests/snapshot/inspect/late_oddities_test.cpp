// What a csv file shows only far behind its beginning, by which it is judged.
#include <string>

#include <catch2/catch.hpp>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"

using namespace prevision;
using namespace std::string_literals;
using Catch::Contains;

namespace {

/// Rows for more than what decides, and more than a reader keeps: a header and 30,000 lines.
std::string many_rows(const std::string& value) {
    std::string text = "id,text\n";
    for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + ',' + value + '\n';
    return text;
}

}  // namespace

TEST_CASE("a backslash before quotes far behind the beginning is noted with its line and --escape") {
    const auto findings =
        testing::inspect("a.csv", many_rows("\"plain\"") + "30000,\"say \\\"hi\\\", you\"\n30001,\"x\"\n");
    CHECK(findings.rows == 30'002);
    CHECK_THAT(findings.note, Contains("first in line 30,002, which --escape '\\' would read"));
}

TEST_CASE("line ends that change far behind the beginning are noted with the line") {
    const auto text = many_rows("plain");
    CHECK_THAT(testing::inspect("a.csv", text + "30000,a\r30001,b\r30002,c\n").note,
               Contains("2 of the values hold a CR, first in line 30,002"));
    CHECK(testing::inspect("a.csv", text + "30000,a\r\n30001,b\r\n").note.empty());
    CHECK(testing::inspect("a.csv", text + "30000,a\r\n30001,\"b\rc\"\n30002,d\r").note.empty());
}

TEST_CASE("a quote that does not enclose its value costs no row, however many follow") {
    const auto text = "id,text\n-1,\"5 inch\n" + many_rows("plain").substr(8);
    const auto whole = testing::inspect("a.csv", text, {.quote = '"'});
    CHECK(whole.rows == 30'001);
    CHECK(whole.note == "1 of the values begin with a quote that does not enclose them, first in line 2");
    testing::KeptRows kept;
    snapshot::FileInspector inspector("a.csv", {.quote = '"'}, {.sink = &kept, .rows = 40'000});
    for (const char byte : text) inspector.write({&byte, 1});
    CHECK(testing::described(inspector.finish()) == testing::described(whole));
    REQUIRE(kept.rows.size() == 30'001);
    CHECK(kept.rows[0][1] == "\"5 inch");
    CHECK(kept.rows[30'000][0] == "29999");
}

TEST_CASE("a quoted value with lines that could be rows is noted with its line") {
    const auto note = [](const std::string& text) { return testing::inspect("a.csv", text).note; };
    CHECK_THAT(
        note("id,size,n\n1,\"5 inch,2\n2,x,3\n3,6\",4\n4,\"y\",5\n"),
        Contains("1 of the quoted values hold lines that could be rows, first in line 2: --quote none"));
    CHECK(note("id,text\n1,\"Dear Ann,\nhow are you\nand yours\"\n2,x\n").empty());
}

TEST_CASE("NUL bytes at the end of a large file are no part of it, and those before are counted") {
    const auto text = many_rows("plain");
    const auto padded = testing::inspect("a.csv", text + std::string(200'000, '\0'));
    CHECK(padded.rows == 30'000);
    CHECK(padded.note == "the 200,000 NUL bytes at its end are no part of it");
    const auto within = testing::inspect("a.csv", text + "\0\0\0"s + "30000,x\n");
    CHECK(within.rows == 30'001);
    CHECK_THAT(within.note, Contains("it has 3 NUL bytes, the first in line 30,002"));
}
