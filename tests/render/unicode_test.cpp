#include "render/unicode.hpp"

#include <catch2/catch.hpp>

#include "render/renderer.hpp"

using namespace prevision::render;

TEST_CASE("a text takes as many cells as a terminal shows") {
    struct Example {
        const char* text;
        int width;
    };
    const auto example = GENERATE(values<Example>({
        {"", 0},
        {"connector", 9},
        {"é", 1},
        {"e\u0301", 1},                           // e and a combining accent
        {"a\u0300\u0301\u0302\u0303\u0304b", 2},  // a pile of accents
        {"日本語", 6},
        {"ﾆﾎﾝ", 3},  // half-width
        {"Ａ", 2},   // full-width
        {"한글", 4},
        {"\u1112\u1161\u11ab", 2},  // a syllable of three parts
        {"😀", 2},
        {"👍🏽", 2},                // with a skin colour
        {"👨\u200d👩\u200d👧\u200d👦", 2},  // a family
        {"👩🏽\u200d🚀", 2},      // with a skin colour and a profession
        {"❤", 1},
        {"❤\ufe0f", 2},        // in the emoji style
        {"1\ufe0f\u20e3", 2},  // a keycap
        {"a\ufe0f", 1},        // a letter has no emoji style
        {"🇫🇷", 2},
        {"🇫🇷🇩🇪", 4},
        {"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", 2},  // a flag of tags
        {"🏳\ufe0f\u200d🌈", 2},
        {"a\u200bb", 2},  // a blank without width
        {"עברית", 5},
        {"नमस्ते", 4},
        {"…", 1},
    }));
    CAPTURE(example.text);
    CHECK(display_width(example.text) == example.width);
}

TEST_CASE("what a terminal must not see is shown as an escape, all else as it is") {
    struct Example {
        std::string_view text;
        std::string_view shown;
    };
    using namespace std::string_view_literals;
    const auto example = GENERATE(values<Example>({
        {""sv, ""sv},
        {"C:\\new \"x\" ~"sv, "C:\\new \"x\" ~"sv},
        {"日本 é 👨\u200d👩 עברית"sv, "日本 é 👨\u200d👩 עברית"sv},
        {"a\tb\nc\r\n"sv, "a\\tb\\nc\\r\\n"sv},
        {"\x1b[31mred\x07"sv, "\\x1b[31mred\\x07"sv},
        {"\0\x7f"sv, "\\x00\\x7f"sv},
        {"\u0085\u009b31m"sv, "\\u0085\\u009b31m"sv},
        {"\u00a0"sv, "\u00a0"sv},
        {"a\u202egpj.exe\u202c"sv, "a\\u202egpj.exe\\u202c"sv},
        {"\u200e\u200f\u061c\u2066\u2067\u2068\u2069"sv,
         "\\u200e\\u200f\\u061c\\u2066\\u2067\\u2068\\u2069"sv},
        {"a\u2028b\u2029"sv, "a\\u2028b\\u2029"sv},
        {"\xff\xc3"sv, "\\xff\\xc3"sv},
        {"\xe6\x97 x"sv, "\\xe6\\x97 x"sv},                         // cut off within a character
        {"\xc0\xaf\xed\xa0\x80"sv, "\\xc0\\xaf\\xed\\xa0\\x80"sv},  // overlong, half of a pair
        {"\xf4\x90\x80\x80"sv, "\\xf4\\x90\\x80\\x80"sv},           // beyond Unicode
    }));
    CAPTURE(example.shown);
    CHECK(printable(example.text) == example.shown);
}

TEST_CASE("every byte is either shown as it is or as an escape of visible characters") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string shown = printable(std::string(1, static_cast<char>(byte)));
        CAPTURE(byte, shown);
        CHECK(is_plain(shown));
        CHECK((shown.size() == 1) == (byte >= 0x20 && byte < 0x7f));
    }
}

TEST_CASE("a cut leaves room for the mark and parts no character") {
    struct Example {
        const char* text;
        int width;
        const char* part;
    };
    const auto example = GENERATE(values<Example>({
        {"abc", 3, "abc"},
        {"abcd", 3, "ab"},
        {"abcd", 1, ""},
        {"", 0, ""},
        {"日本語", 6, "日本語"},
        {"日本語", 5, "日本"},
        {"日本語", 4, "日"},  // 日本 would leave no cell for the mark
        {"日本語", 1, ""},
        {"e\u0301e\u0301e\u0301", 2, "e\u0301"},
        {"👨\u200d👩\u200d👧x", 3, "👨\u200d👩\u200d👧x"},
        {"👨\u200d👩\u200d👧xy", 3, "👨\u200d👩\u200d👧"},
        {"🇫🇷🇩🇪", 3, "🇫🇷"},
        {"é…", 2, "é…"},
    }));
    CAPTURE(example.text, example.width);
    CHECK(fitting_part(example.text, example.width) == example.part);
}
