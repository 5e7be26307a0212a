#include "snapshot/inspect/text_encoding.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/utf8.hpp"
#include "support/command.hpp"

using namespace prevision;
using namespace std::string_literals;
using snapshot::TextEncoding;

namespace {

std::string converted(const std::string& text, const std::string& from, const std::string& to) {
    const auto result = testing::run_command({"iconv", "-f", from, "-t", to}, text);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

std::string decoded(const std::string& bytes, TextEncoding encoding, std::size_t step) {
    snapshot::Utf16Decoder decoder(encoding);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += step)
        text += decoder.write(std::string_view(bytes).substr(i, step));
    return text += decoder.finish();
}

struct Counts {
    std::uint64_t wrong;
    TextEncoding encoding;
    bool operator==(const Counts&) const = default;
};

Counts checked(const std::string& bytes, std::size_t step) {
    snapshot::Utf8Check check;
    for (std::size_t i = 0; i < bytes.size(); i += step) check.write(std::string_view(bytes).substr(i, step));
    check.finish();
    return {check.wrong(), check.encoding()};
}

}  // namespace

TEST_CASE("encodings of one byte a character become UTF-8 as iconv makes it") {
    std::string high;
    for (int c = 0x80; c < 0x100; ++c) high += static_cast<char>(c);
    CHECK(snapshot::to_utf8(high, TextEncoding::iso8859_1) == converted(high, "ISO-8859-1", "UTF-8"));
    std::string windows;
    for (const char c : high) {
        // These five stand for nothing, which iconv refuses.
        if ("\x81\x8d\x8f\x90\x9d"s.find(c) == std::string::npos) windows += c;
    }
    CHECK(snapshot::to_utf8(windows, TextEncoding::windows1252) ==
          converted(windows, "WINDOWS-1252", "UTF-8"));
}

TEST_CASE("UTF-16 becomes UTF-8 as iconv makes it, wherever it is cut") {
    const std::string text = "aé漢😀\r\n\"x\";€ and more";
    for (std::size_t step = 1; step < 8; ++step) {
        CAPTURE(step);
        CHECK(decoded(converted(text, "UTF-8", "UTF-16LE"), TextEncoding::utf16le, step) == text);
        CHECK(decoded(converted(text, "UTF-8", "UTF-16BE"), TextEncoding::utf16be, step) == text);
    }
}

TEST_CASE("half a pair in UTF-16, or half a unit at the end, is replaced") {
    CHECK(decoded("\x00\xd8"s
                  "a\0"s,
                  TextEncoding::utf16le, 1) ==
          "\xef\xbf\xbd"s
          "a");
    CHECK(decoded("\x00\xdc"s
                  "a\0"s,
                  TextEncoding::utf16le, 1) ==
          "\xef\xbf\xbd"s
          "a");
    CHECK(decoded("a\0\x00\xd8"s, TextEncoding::utf16le, 1) == "a\xef\xbf\xbd");
    CHECK(decoded("a\0b"s, TextEncoding::utf16le, 1) == "a\xef\xbf\xbd");
    CHECK(decoded("\x00\xd8\x00\xd8\x00\xdc"s, TextEncoding::utf16le, 1) == "\xef\xbf\xbd\xf0\x90\x80\x80");
}

TEST_CASE("UTF-8 is told from windows-1252 by which of its bytes fit, wherever they are cut") {
    const std::vector<std::pair<std::string, Counts>> table{
        {"", {0, TextEncoding::utf8}},
        {"plain ASCII", {0, TextEncoding::utf8}},
        {"é漢😀", {0, TextEncoding::utf8}},
        {"caf\xe9", {1, TextEncoding::windows1252}},
        {"caf\xe9,\xe8,\xe0", {3, TextEncoding::windows1252}},
        {"\x80", {1, TextEncoding::windows1252}},
        {"\xff\xff\xff\xff\xff\xff", {6, TextEncoding::windows1252}},
        {"ééé\xe9", {1, TextEncoding::utf8}},
        {"\xf0\x9f\x98", {3, TextEncoding::windows1252}},
        {"\xf0\x9f\x98x\xe2\x82", {5, TextEncoding::windows1252}},
        {"\xed\xa0\x80", {3, TextEncoding::windows1252}},
        {std::string(100, 'x') + "é" + std::string(100, 'y') + "\xc3", {1, TextEncoding::utf8}},
    };
    for (const auto& [bytes, counts] : table) {
        for (std::size_t step = 1; step <= bytes.size() + 1; ++step) {
            CAPTURE(bytes, step);
            CHECK((checked(bytes, step) == counts));
        }
    }
    CHECK(
        (checked(std::string(1'000'000, '\xff'), 1'000'000) == Counts{1'000'000, TextEncoding::windows1252}));
}

TEST_CASE("a byte order mark tells the encoding, and so do UTF-16's zeros") {
    const std::vector<std::pair<std::string, std::optional<TextEncoding>>> table{
        {"", std::nullopt},
        {"a,b\n1,2\n", std::nullopt},
        {"\xef\xbb\xbf", TextEncoding::utf8},
        {"\xff\xfe"s
         "a\0"s,
         TextEncoding::utf16le},
        {"\xfe\xff\0a"s, TextEncoding::utf16be},
        {"a\0,\0b\0\n\0"s, TextEncoding::utf16le},
        {"\0a\0,\0b\0\n"s, TextEncoding::utf16be},
        {"a\0b"s, std::nullopt},
        {"\0\0\0\0\0\0\0\0"s, std::nullopt},
    };
    for (const auto& [bytes, encoding] : table) {
        CAPTURE(bytes);
        CHECK(snapshot::told_encoding(bytes) == encoding);
    }
}

TEST_CASE("an encoding goes by its usual names") {
    for (const auto* name : {"utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"}) {
        const auto encoding = snapshot::parse_encoding(name);
        REQUIRE(encoding.has_value());
        CHECK(snapshot::name_of(*encoding) == name);
    }
    CHECK(snapshot::parse_encoding("UTF8") == TextEncoding::utf8);
    CHECK(snapshot::parse_encoding("Latin1") == TextEncoding::iso8859_1);
    CHECK(snapshot::parse_encoding("cp1252") == TextEncoding::windows1252);
    CHECK_FALSE(snapshot::parse_encoding("ebcdic").has_value());
    CHECK_FALSE(snapshot::parse_encoding("").has_value());
}
