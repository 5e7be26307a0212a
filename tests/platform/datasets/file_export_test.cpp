#include "platform/datasets/file_export.hpp"

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("the time of an export stands before the file's extension") {
    const auto time = std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + std::chrono::hours(9) +
                      std::chrono::milliseconds(42);
    const std::string stamp = "-20261123T090000.042Z";
    CHECK(platform::add_time("sales.csv", time) == "sales" + stamp + ".csv");
    CHECK(platform::add_time("/out.d/sales", time) == "/out.d/sales" + stamp);
    CHECK(platform::add_time("/out.d/sales.tar.gz", time) == "/out.d/sales.tar" + stamp + ".gz");
    CHECK(platform::add_time("a/.csv", time) == "a/.csv" + stamp);
    CHECK(platform::add_time(".csv", time) == ".csv" + stamp);
}
