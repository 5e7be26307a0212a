#include "platform/datasets/retention.hpp"

#include <catch2/catch.hpp>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

using namespace prevision;
using namespace prevision::platform;

namespace {

auto at(const std::string& text) { return *parse_time(text); }

const auto now = at("2026-11-30T00:00:00Z");

/// The reasons of each time, "-" where none keeps it, in the order of the times.
std::string decide(const std::vector<std::string>& times, const KeepRules& rules) {
    std::vector<std::chrono::sys_time<std::chrono::milliseconds>> parsed;
    for (const auto& time : times) parsed.push_back(at(time));
    std::vector<std::string> shown;
    for (const auto& reasons : decide_retention(parsed, rules, now))
        shown.push_back(reasons.empty() ? "-" : join(reasons, "+"));
    return join(shown, " ");
}

std::string before(const std::string& period, const std::string& time) {
    return format_time(Period::parse(period).before(at(time)));
}

}  // namespace

TEST_CASE("a period is numbers with units") {
    CHECK(Period::parse("48h").text() == "48h");
    CHECK(Period::parse("1y5m7d2h").text() == "1y5m7d2h");
    CHECK(Period::parse("2w").text() == "14d");
    CHECK(Period::parse("1d1d").text() == "2d");
    CHECK(Period::parse("9999y").text() == "9999y");
    for (const auto* text :
         {"", "0h", "0d0h", "h", "4", "4x", "-4h", "4 h", "4h ", "+4h", "4.5h", "4H", "1h2", "10000y",
          "99999999999999999999h", "9999y9999y", "100000000h", "2000000w"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(Period::parse(text), Error);
    }
}

TEST_CASE("a period counts back by the calendar") {
    CHECK(before("48h", "2026-03-01T12:00:00Z") == "2026-02-27T12:00:00.000Z");
    CHECK(before("1m", "2026-03-15T01:02:03Z") == "2026-02-15T01:02:03.000Z");
    // 31 February is 3 March.
    CHECK(before("1m", "2026-03-31T00:00:00Z") == "2026-03-03T00:00:00.000Z");
    CHECK(before("1y", "2024-02-29T00:00:00Z") == "2023-03-01T00:00:00.000Z");
    CHECK(before("13m", "2026-01-31T00:00:00Z") == "2024-12-31T00:00:00.000Z");
    CHECK(before("1y1m1d1h", "2026-01-01T00:30:00Z") == "2024-11-29T23:30:00.000Z");
    CHECK(Period::parse("9999y99999m9999999d99999999h").before(now) < now);
}

TEST_CASE("the newest datasets are kept") {
    const std::vector<std::string> times{"2026-11-03", "2026-11-02", "2026-11-01"};
    CHECK(decide(times, {.last = 2}) == "last last -");
    CHECK(decide(times, {.last = 9}) == "last last last");
    CHECK(decide({}, {.last = 2}).empty());
}

TEST_CASE("the newest dataset of each of the newest periods that have one is kept") {
    const std::vector<std::string> times{
        "2026-11-03T09:30:00Z", "2026-11-03T09:10:00Z", "2026-11-03T08:59:59Z", "2026-11-02T23:59:59Z",
        "2026-11-01T00:00:00Z", "2026-10-31T23:59:59Z", "2025-12-31T12:00:00Z"};
    CHECK(decide(times, {.hourly = 3}) == "hourly - hourly hourly - - -");
    CHECK(decide(times, {.daily = 3}) == "daily - - daily daily - -");
    CHECK(decide(times, {.monthly = 2}) == "monthly - - - - monthly -");
    CHECK(decide(times, {.yearly = 2}) == "yearly - - - - - yearly");
    CHECK(decide(times, {.last = 1, .daily = 2, .yearly = 1}) == "last+daily+yearly - - daily - - -");
}

TEST_CASE("weeks begin on Monday, also at the turn of a year") {
    // Monday 2026-11-02, Sunday 2026-11-01.
    CHECK(decide({"2026-11-02T00:00:00Z", "2026-11-01T23:59:59Z", "2026-10-26"}, {.weekly = 5}) ==
          "weekly weekly -");
    // 2025-12-29 was a Monday: its week has days of two years.
    CHECK(decide({"2026-01-01", "2025-12-31", "2025-12-28"}, {.weekly = 5}) == "weekly - weekly");
    // Before 1970 too.
    CHECK(decide({"1970-01-01", "1969-12-29", "1969-12-28"}, {.weekly = 5}) == "weekly - weekly");
}

TEST_CASE("a period within which all are kept begins at the newest dataset that is not of the future") {
    KeepRules rules;
    rules.within = Period::parse("1d");
    CHECK(decide({"2026-11-10T12:00:00Z", "2026-11-09T12:00:01Z", "2026-11-09T12:00:00Z"}, rules) ==
          "within 1d within 1d -");
    CHECK(decide({"2027-01-01", "2026-11-10T12:00:00Z", "2026-11-09"}, rules) == "within 1d within 1d -");
    CHECK(decide({"2027-01-02", "2027-01-01"}, rules) == "within 1d within 1d");
}
