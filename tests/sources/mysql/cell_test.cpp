#include "sources/mysql/cell.hpp"

#include <bit>
#include <charconv>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

using namespace prevision::sources::mysql;

namespace {

template <typename Real>
std::string real(Real value) {
    std::string text(32, '#');
    text.resize(static_cast<std::size_t>(write_real(text.data(), value) - text.data()));
    return text;
}

}  // namespace

TEST_CASE("a number is written as MySQL spells it") {
    CHECK(real(0.0) == "0");
    CHECK(real(-0.0) == "-0");
    CHECK(real(0.1) == "0.1");
    CHECK(real(100000.0) == "100000");
    CHECK(real(123456789.125) == "123456789.125");
    CHECK(real(0.00001) == "0.00001");
    CHECK(real(999999999999999.0) == "999999999999999");
    CHECK(real(1e15) == "1e15");
    CHECK(real(1e20) == "1e20");
    CHECK(real(-1.5e-10) == "-1.5e-10");
    CHECK(real(1.7976931348623157e308) == "1.7976931348623157e308");
    CHECK(real(-2.2250738585072014e-308) == "-2.2250738585072014e-308");
    CHECK(real(5e-324) == "5e-324");
    CHECK(real(0.1F) == "0.1");
    CHECK(real(16777216.0F) == "16777216");
    CHECK(real(3.4028235e38F) == "3.4028235e38");
}

TEST_CASE("a written number reads back as the same number") {
    std::mt19937_64 random(20261123);
    for (int i = 0; i < 100'000; ++i) {
        const auto value = std::bit_cast<double>(random());
        if (!(std::abs(value) <= std::numeric_limits<double>::max())) continue;
        const auto text = real(value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        REQUIRE(std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value));
        REQUIRE(text.size() <= 25);
    }
}
