#include "sources/sql/text_converter.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace prevision;
using namespace prevision::sources;

TEST_CASE("text is converted from one encoding to another") {
    TextConverter from_latin1("LATIN1", "UTF-8");
    CHECK(from_latin1.convert("") == "");
    CHECK(from_latin1.convert("caf\xe9") == "café");
    CHECK(from_latin1.convert(std::string(100, '\xe9'))->size() == 200);
    TextConverter to_latin1("UTF-8", "LATIN1");
    CHECK(to_latin1.convert("café") == "caf\xe9");
    CHECK_FALSE(to_latin1.convert("漢"));
    CHECK_FALSE(to_latin1.convert("\xff"));
    CHECK(to_latin1.convert("after a failure") == "after a failure");
}

TEST_CASE("an unknown encoding is refused by its field") {
    CHECK_THROWS_WITH(TextConverter("no-such", "UTF-8"), "invalid encoding: 'no-such' is not known");
}

TEST_CASE("the text of rows becomes UTF-8, and what is not text stays") {
    const std::array<Column, 2> columns{{{.name = "t"}, {.name = "b", .kind = ValueKind::binary}}};
    const std::array<Value, 2> row{{{"caf\xe9", 4}, {"\xe9", 1}}};
    RowDecoder decoder(columns, "LATIN1");
    const auto decoded = decoder.decode(row);
    CHECK(decoded[0].text() == "café");
    CHECK(decoded[1].text() == "\xe9");
    const std::array<Value, 2> nulls{};
    CHECK(decoder.decode(nulls)[0].is_null());
}

TEST_CASE("text that is not in the encoding is an error that names the column and the row") {
    const std::array<Column, 1> columns{{{.name = "t"}}};
    const std::array<Value, 1> good{{{"é", 2}}};
    const std::array<Value, 1> bad{{{"\xe9", 1}}};
    RowDecoder decoder(columns, "");
    CHECK(decoder.decode(good)[0].text() == "é");
    try {
        decoder.decode(bad);
        FAIL("taken");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains("'t'") && Catch::Contains("row 2"));
        CHECK_THAT(error.hint(), Catch::Contains("--encoding"));
    }
}
