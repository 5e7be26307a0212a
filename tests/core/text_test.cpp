#include "core/text.hpp"

#include <catch2/catch.hpp>

#include "core/clock.hpp"
#include "core/id.hpp"

using namespace prevision;

TEST_CASE("percent encoding keeps the unreserved characters only") {
    CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encode("a b/c%é") == "a%20b%2Fc%25%C3%A9");
    CHECK(percent_decode("a%20b%2Fc%25%C3%A9") == "a b/c%é");
    CHECK(percent_decode("100% %zz %4") == "100% %zz %4");
}

TEST_CASE("plain text ends before the first byte that JSON escapes or that is not printable ASCII") {
    const std::string plain = " !#$%&'()*+,-./0123456789:;<=>?@AZ[]^_`az{|}~";
    CHECK(count_plain("") == 0);
    CHECK(count_plain(plain) == plain.size());
    for (int value = 0; value < 256; ++value) {
        const auto c = static_cast<char>(value);
        const bool is_plain = value >= 0x20 && value < 0x7F && c != '"' && c != '\\';
        for (std::size_t at = 0; at < 20; ++at) {
            auto text = plain.substr(0, 20);
            text[at] = c;
            CAPTURE(value, at);
            CHECK(count_plain(text) == (is_plain ? 20 : at));
        }
    }
}

TEST_CASE("an integer is a whole text in range") {
    CHECK(parse_integer("3306") == 3306);
    CHECK(parse_integer("-1") == -1);
    for (const auto* text : {"", " 1", "1 ", "1.0", "0x10", "+1", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_integer(text));
    }
}

TEST_CASE("a split text joins to itself") {
    CHECK(split("", ',').empty());
    CHECK(split("a,,b,", ',') == std::vector<std::string>{"a", "", "b", ""});
    CHECK(join(split("a,,b,", ','), ",") == "a,,b,");
}

TEST_CASE("counts and sizes read well") {
    CHECK(format_count(0) == "0");
    CHECK(format_count(999) == "999");
    CHECK(format_count(1234567) == "1,234,567");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(1536) == "1.5 KiB");
    CHECK(format_bytes(1024 * 1024 - 1) == "1.0 MiB");
    CHECK(format_bytes(5368709120) == "5.0 GiB");
}

TEST_CASE("times are RFC 3339 in UTC") {
    using namespace std::chrono;
    CHECK(format_time(sys_days{year{2026} / 11 / 23} + 6h + 1min + 7s + 250ms) == "2026-11-23T06:01:07.250Z");
    CHECK(format_time(sys_days{year{1969} / 12 / 31} + 23h + 59min + 59s + 1ms) ==
          "1969-12-31T23:59:59.001Z");
}

TEST_CASE("ids are 24 hex digits and never the same") {
    const auto id = new_id();
    CHECK(is_id(id));
    CHECK(new_id() != id);
    CHECK_FALSE(is_id("abc"));
    CHECK_FALSE(is_id(std::string(24, 'g')));
}

TEST_CASE("the closest candidate is the one that a mistyped word was meant to be") {
    const std::vector<std::string> words{"list", "create", "show", "test", "--host", "--port"};
    CHECK(closest("lst", words) == "list");
    CHECK(closest("craete", words) == "create");
    CHECK(closest("LIST", words) == "list");
    CHECK(closest("--hots", words) == "--host");
    CHECK(closest("tst", words) == "test");
    CHECK_FALSE(closest("", words));
    CHECK_FALSE(closest("banana", words));
    CHECK_FALSE(closest("x", {"y"}));
    CHECK_FALSE(closest(std::string(1000, 'x'), words));
}
