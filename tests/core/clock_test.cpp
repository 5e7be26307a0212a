#include "core/clock.hpp"

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("a time is told in UTC, wherever it was written") {
    CHECK(to_utc("2026-11-23T08:01:07+02:00") == "2026-11-23T06:01:07Z");
    CHECK(to_utc("2026-01-01T00:30:00.125+01:00") == "2025-12-31T23:30:00.125Z");
    CHECK(to_utc("2024-02-28T23:00:00-0330") == "2024-02-29T02:30:00Z");
    CHECK(to_utc("2026-11-23 08:01:07-00:00") == "2026-11-23T08:01:07Z");
}

TEST_CASE("what is in UTC, or no such time, stays as it is") {
    for (const auto* text : {"", "2026-11-23T06:01:07.250Z", "2026-11-23", "1700000000000", "yesterday",
                             "2026-11-23T08:01:07", "2026-11-23T08:01:07+02:00 and more"}) {
        CHECK(to_utc(text) == text);
    }
}
