#include "sources/sql/time_text.hpp"

#include <catch2/catch.hpp>

using namespace prevision::sources;

TEST_CASE("a date and a time are split into their parts") {
    const auto whole = split_time("2020-07-01T02:00:00.500+02");
    CHECK(whole.date == "2020-07-01");
    CHECK(whole.time == "02:00:00");
    CHECK(whole.fraction == "500");
    CHECK(whole.offset == "+02");
    CHECK(fraction_digits(whole) == 1);
    CHECK(split_time("2020-07-01").time.empty());
    CHECK(split_time("2020-07-01 02:00:00Z").offset == "Z");
    const auto time = split_time("-838:59:59.000001");
    CHECK(time.date.empty());
    CHECK(time.time == "-838:59:59");
    CHECK(fraction_digits(time) == 6);
    for (const auto* other : {"infinity", "0044-03-15 BC", "1 year -2 mons", "", "text"}) {
        CAPTURE(other);
        CHECK(split_time(other).time.empty());
    }
}

TEST_CASE("a time with an offset is converted to UTC") {
    CHECK(in_utc("2020-07-01T02:00:00.5+02") == "2020-07-01T00:00:00.5");
    CHECK(in_utc("2020-01-01T00:00:00+05:30") == "2019-12-31T18:30:00");
    CHECK(in_utc("2020-02-28T23:59:59-00:00:01") == "2020-02-29T00:00:00");
    CHECK(in_utc("2020-07-01T02:00:00Z") == "2020-07-01T02:00:00");
    CHECK(in_utc("2020-07-01T02:00:00") == "2020-07-01T02:00:00");
    CHECK(in_utc("infinity") == "infinity");
    CHECK_FALSE(in_utc("12020-07-01T02:00:00+02"));
    CHECK_FALSE(in_utc("0001-01-01T00:00:00+02"));
}
