#include "snapshot/inspect/text_encoding.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "snapshot/inspect/encoding_guess.hpp"
#include "snapshot/inspect/text_stream.hpp"
#include "support/command.hpp"

using namespace prevision;
using namespace std::string_literals;

namespace {

const std::string replacement = "\xef\xbf\xbd";

std::string converted(const std::string& text, const std::string& from, const std::string& to) {
    const auto result = testing::run_command({"iconv", "-f", from, "-t", to}, text);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

struct Decoded {
    std::string text;
    std::uint64_t wrong;
    bool operator==(const Decoded&) const = default;
};

Decoded decoded(const std::string& bytes, const std::string& encoding, std::size_t step) {
    snapshot::TextDecoder decoder(encoding);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += step)
        text += decoder.write(std::string_view(bytes).substr(i, step));
    text += decoder.finish();
    return {text, decoder.wrong()};
}

struct Counts {
    std::uint64_t right;
    std::uint64_t wrong;
    bool operator==(const Counts&) const = default;
};

Counts checked(const std::string& bytes, std::size_t step) {
    snapshot::Utf8Check check;
    for (std::size_t i = 0; i < bytes.size(); i += step) check.write(std::string_view(bytes).substr(i, step));
    check.finish();
    return {check.right(), check.wrong()};
}

std::string streamed(const std::string& bytes, std::size_t step, std::string* encoding = nullptr) {
    snapshot::TextStream stream(std::nullopt);
    const auto beginning = std::min<std::size_t>(bytes.size(), 64);
    auto text = stream.begin(std::string_view(bytes).substr(0, beginning), beginning == bytes.size());
    for (std::size_t i = beginning; i < bytes.size(); i += step)
        text += stream.write(std::string_view(bytes).substr(i, step));
    if (beginning < bytes.size()) text += stream.finish();
    if (encoding != nullptr) *encoding = stream.encoding();
    return text;
}

}  // namespace

TEST_CASE("each encoding becomes UTF-8 as the iconv program makes it, wherever it is cut") {
    const std::vector<std::pair<std::string, std::string>> texts{{"utf-16le", "aé漢😀\r\n\"x\";€ and more"},
                                                                 {"utf-16be", "aé漢😀\r\n\"x\";€ and more"},
                                                                 {"utf-32le", "aé漢😀\n"},
                                                                 {"shift_jis", "名前,ソ表\n"},
                                                                 {"gb18030", "姓名,城市\n"},
                                                                 {"big5", "姓名,城市\n"},
                                                                 {"windows-1251", "имя\n"},
                                                                 {"iso-8859-1", "prénom\n"},
                                                                 {"windows-1258", "Ha"},
                                                                 {"koi8-r", "имя\n"},
                                                                 {"euc-kr", "이름\n"}};
    for (const auto& [encoding, text] : texts) {
        for (std::size_t step = 1; step < 8; ++step) {
            CAPTURE(encoding, step);
            CHECK((decoded(converted(text, "UTF-8", encoding), encoding, step) == Decoded{text, 0}));
        }
    }
}

TEST_CASE("bytes that are not in the encoding are replaced and counted") {
    CHECK((decoded("\x00\xd8"s
                   "a\0"s,
                   "utf-16le", 1) == Decoded{replacement + "a", 1}));
    CHECK((decoded("a\0\x00\xd8"s, "utf-16le", 1) == Decoded{"a" + replacement, 1}));
    CHECK((decoded("a\0b"s, "utf-16le", 1) == Decoded{"a" + replacement, 1}));
    CHECK((decoded("a\x81z", "windows-1252", 2) == Decoded{"a" + replacement + "z", 1}));
    CHECK((decoded("a\x83", "shift_jis", 1) == Decoded{"a" + replacement, 1}));
}

TEST_CASE("characters that are UTF-8 and bytes that are not are counted, wherever they are cut") {
    const std::vector<std::pair<std::string, Counts>> table{
        {"", {0, 0}},
        {"plain ASCII", {0, 0}},
        {"é漢😀", {3, 0}},
        {"caf\xe9", {0, 1}},
        {"caf\xe9,\xe8,\xe0", {0, 3}},
        {"\xff\xff\xff\xff\xff\xff", {0, 6}},
        {"ééé\xe9", {3, 1}},
        {"\xf0\x9f\x98", {0, 3}},
        {"\xf0\x9f\x98x\xe2\x82", {0, 5}},
        {"\xed\xa0\x80", {0, 3}},
        {std::string(100, 'x') + "é" + std::string(100, 'y') + "\xc3", {1, 1}},
    };
    for (const auto& [bytes, counts] : table) {
        for (std::size_t step = 1; step <= bytes.size() + 1; ++step) {
            CAPTURE(bytes, step);
            CHECK((checked(bytes, step) == counts));
        }
    }
    CHECK((checked(std::string(1'000'000, '\xff'), 1'000'000) == Counts{0, 1'000'000}));
}

TEST_CASE("a byte order mark shows the encoding, and so do UTF-16's zeros") {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"", std::nullopt},
        {"a,b\n1,2\n", std::nullopt},
        {"\xef\xbb\xbf", "utf-8"},
        {"\xff\xfe"s
         "a\0"s,
         "utf-16le"},
        {"\xfe\xff\0a"s, "utf-16be"},
        {"\xff\xfe\0\0a\0\0\0"s, "utf-32le"},
        {"\0\0\xfe\xff\0\0\0a"s, "utf-32be"},
        {"a\0,\0b\0\n\0"s, "utf-16le"},
        {"\0a\0,\0b\0\n"s, "utf-16be"},
        {"a\0b"s, std::nullopt},
        {"\0\0\0\0\0\0\0\0"s, std::nullopt},
    };
    for (const auto& [bytes, encoding] : table) {
        CAPTURE(bytes);
        CHECK(snapshot::marked_encoding(bytes) == encoding);
    }
}

TEST_CASE("the encoding is decided by the first bytes beyond ASCII, however late and wherever they are cut") {
    const std::string ascii(100'000, 'x');
    const std::string text = "Москва и Казань, имя и город";
    const auto bytes = ascii + converted(text, "UTF-8", "WINDOWS-1251");
    for (const std::size_t step : std::vector<std::size_t>{1, 7, 65'536}) {
        std::string encoding;
        CHECK(streamed(bytes, step, &encoding) == ascii + text);
        CHECK(encoding == "windows-1251");
        CHECK(streamed(ascii + text, step, &encoding) == ascii + text);
        CHECK(encoding == "utf-8");
    }
}

TEST_CASE("an encoding has any name that iconv knows, and is kept under one") {
    for (const auto* name : {"utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "cp1251",
                             "koi8-r", "shift_jis", "gbk", "big5", "cp850", "ibm037", "iso-2022-jp"}) {
        CHECK(snapshot::encoding_name(name) == name);
    }
    CHECK(snapshot::encoding_name("UTF8") == "utf-8");
    CHECK(snapshot::encoding_name("Latin1") == "iso-8859-1");
    CHECK(snapshot::encoding_name("cp1252") == "windows-1252");
    CHECK(snapshot::encoding_name("MacRoman") == std::nullopt);
    CHECK(snapshot::encoding_name("MACINTOSH") == "macintosh");
    CHECK(snapshot::encoding_name("CP1251//") == "cp1251");
    for (const auto* name : {"ebcdic", "", "//TRANSLIT", "utf-8//IGNORE", "no-such"})
        CHECK_FALSE(snapshot::encoding_name(name).has_value());
}
