#include "sources/postgres/row.hpp"

#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::sources;
using namespace prevision::sources::postgres;

namespace {

using Values = std::vector<std::optional<std::string>>;

constexpr unsigned text = 25;
constexpr unsigned boolean = 16;
constexpr unsigned bytes = 17;
constexpr unsigned timestamp = 1114;
constexpr unsigned point_in_time = 1184;

Values parse(const std::vector<unsigned>& types, std::string row) {
    RowParser parser(types);
    Values values;
    for (const auto& value : parser.parse(row)) {
        values.push_back(value.is_null() ? std::nullopt : std::optional(std::string(value.text())));
    }
    return values;
}

}  // namespace

TEST_CASE("a row of a COPY is cut into values") {
    CHECK(parse({text}, "\n") == Values{""});
    CHECK(parse({}, "\n").empty());
    CHECK(parse({text}, "\\N\n") == Values{std::nullopt});
    CHECK(parse({text}, "\\\\N\n") == Values{"\\N"});
    CHECK(parse({text}, "N\n") == Values{"N"});
    CHECK(parse({text, text, text}, "\\N\t\t\\N\n") == Values{std::nullopt, "", std::nullopt});
    CHECK(parse({text, text}, "a long enough text\\tand\\\\ more\\n\tb\\r\n") ==
          Values{"a long enough text\tand\\ more\n", "b\r"});
    CHECK(parse({text}, "\\b\\f\\n\\r\\t\\v\\q\n") == Values{"\b\f\n\r\t\vq"});
    CHECK(parse({text, text}, "☕☕☕☕☕\t\xe9\n") == Values{"☕☕☕☕☕", "\xe9"});
}

TEST_CASE("a value of any length and of any bytes is found whole") {
    for (std::size_t size = 0; size < 20; ++size) {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string value(size, static_cast<char>(byte));
            if (byte == '\t' || byte == '\n' || byte == '\\') continue;
            CAPTURE(size, byte);
            CHECK(parse({text, text, text}, fmt::format("{0}\tz\t{0}\n", value)) ==
                  Values{value, "z", value});
            CHECK(parse({text, text}, fmt::format("{0}\\\\{0}\t\\N\n", value)) ==
                  Values{fmt::format("{0}\\{0}", value), std::nullopt});
        }
    }
}

TEST_CASE("values come in the forms of their kinds") {
    CHECK(parse({boolean, boolean}, "t\tf\n") == Values{"true", "false"});
    CHECK(parse({bytes, bytes}, "\\\\x00ff0a5c\t\\\\x\n") == Values{std::string("\0\xff\n\\", 4), ""});
    CHECK(parse({bytes, text, bytes}, "\\N\t\\\\x61\t\\\\x6162636465666768696a6b6c\n") ==
          Values{std::nullopt, "\\x61", "abcdefghijkl"});
    const std::vector<std::pair<std::string, std::string>> times{
        {"2020-01-01 00:00:00", "2020-01-01T00:00:00"},
        {"2020-01-01 00:00:00.123456", "2020-01-01T00:00:00.123456"},
        {"12020-01-01 00:00:00", "12020-01-01T00:00:00"},
        {"0044-03-15 00:00:00 BC", "0044-03-15 00:00:00 BC"},
        {"infinity", "infinity"},
        {"-infinity", "-infinity"},
    };
    for (const auto& [sent, expected] : times) CHECK(parse({timestamp}, sent + "\n") == Values{expected});
    CHECK(parse({point_in_time}, "2020-01-01 00:00:00.5+00\n") == Values{"2020-01-01T00:00:00.5Z"});
    CHECK(parse({point_in_time}, "0044-03-15 00:00:00+00 BC\n") == Values{"0044-03-15 00:00:00+00 BC"});
    CHECK(parse({point_in_time}, "infinity\n") == Values{"infinity"});
    CHECK(parse({point_in_time}, "2020-01-01 00:00:00+05:30\n") == Values{"2020-01-01T00:00:00+05:30"});
}

TEST_CASE("a damaged row is refused") {
    const std::vector<std::pair<std::vector<unsigned>, std::string>> damaged{
        {{text}, ""},
        {{text}, "a"},
        {{text}, "a\tb\n"},
        {{text, text}, "a\n"},
        {{text}, "a\\\n"},
        {{}, "a\n"},
        {{boolean}, "\n"},
        {{boolean}, "true\n"},
        {{bytes}, "\\\\x0\n"},
        {{bytes}, "\\\\x0g\n"},
        {{bytes}, "00\n"},
        {{bytes}, "\\x00\n"},
        {{bytes}, "\\\\x0\\\\0\n"},
        {{bytes}, "\\\\x0G\n"},
        {{bytes}, "\n"},
        {{text, text}, "\\N\n"},
    };
    for (const auto& [types, row] : damaged) {
        CAPTURE(row);
        CHECK_THROWS_AS(parse(types, row), Error);
    }
}
