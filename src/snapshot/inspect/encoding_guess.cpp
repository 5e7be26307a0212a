#include "snapshot/inspect/encoding_guess.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include <uchardet/uchardet.h>

#include "core/late_library.hpp"
#include "core/text.hpp"
#include "snapshot/inspect/text_encoding.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view western = "windows-1252";

class Uchardet final : LateLibrary {
  public:
    Uchardet() : LateLibrary("libuchardet.so.0") {}

    decltype(::uchardet_new)* create = find("uchardet_new");
    decltype(::uchardet_delete)* destroy = find("uchardet_delete");
    decltype(::uchardet_handle_data)* handle_data = find("uchardet_handle_data");
    decltype(::uchardet_data_end)* data_end = find("uchardet_data_end");
    decltype(::uchardet_get_charset)* charset = find("uchardet_get_charset");
};

std::string uchardet_name(std::string_view text) {
    static const Uchardet library;
    const std::unique_ptr<uchardet, decltype(library.destroy)> detector(library.create(), library.destroy);
    library.handle_data(detector.get(), text.data(), text.size());
    library.data_end(detector.get());
    return library.charset(detector.get());
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Whether each byte beyond ASCII is a letter or a sign that Western European texts often have, and no two of them are
/// neighbours, as the letters of other scripts are.
bool looks_western(std::string_view text) {
    constexpr auto common =
        "\x80\x85\x91\x92\x93\x94\x96\x97\xa0\xa1\xa3\xa4\xa7\xab\xb0\xb2\xb5\xba\xbb\xbf\xc0\xc1\xc2\xc4\xc5\xc6"
        "\xc7\xc8\xc9\xca\xcd\xce\xd1\xd3\xd4\xd6\xd8\xda\xdc\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea"
        "\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4\xf5\xf6\xf8\xf9\xfa\xfb\xfc"sv;
    bool follows_another = false;
    for (const char c : text) {
        if (is_high(c) && (follows_another || common.find(c) == std::string_view::npos)) return false;
        follows_another = is_high(c);
    }
    return true;
}

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether a text looks like one of an old Macintosh: its lines end with CR, and each byte beyond ASCII is a letter or a quote in
/// that encoding. Other encodings of single bytes have control characters and signs there.
bool looks_like_macintosh(std::string_view text) {
    constexpr auto others = "\xa7\xae\xaf\xbe\xbf\xcb\xcc\xcd\xce\xcf\xd2\xd3\xd4\xd5\xd8\xd9"sv;
    if (text.find('\n') != std::string_view::npos || text.find('\r') == std::string_view::npos) return false;
    bool has_letter = false;
    bool follows_another = false;
    for (const char c : text) {
        const bool letter = is_high(c) && static_cast<unsigned char>(c) < 0xa0;
        if (is_high(c) && (follows_another || (!letter && others.find(c) == std::string_view::npos)))
            return false;
        has_letter |= letter;
        follows_another = is_high(c);
    }
    return has_letter;
}

/// An encoding of two bytes a character, and where its common characters are: the first level of ideographs, the
/// syllables, and the punctuation.
struct PairEncoding {
    std::string_view name;
    std::array<std::array<unsigned, 2>, 2> common;
    unsigned lowest_second_byte;
    bool has_single_kana = false;  ///< 0xa1 to 0xdf are characters of one byte
};

constexpr PairEncoding shift_jis{"shift_jis", {{{0x8140, 0x83be}, {0x889f, 0x9872}}}, 0x40, true};
constexpr PairEncoding big5{"big5", {{{0xa140, 0xa3bf}, {0xa440, 0xc67e}}}, 0x40};
constexpr PairEncoding euc_jp{"euc-jp", {{{0xa1a1, 0xa5f6}, {0xb0a1, 0xcfd3}}}, 0xa1};
constexpr PairEncoding korean{"euc-kr", {{{0xa1a1, 0xa3fe}, {0xb0a1, 0xc8fe}}}, 0xa1};
constexpr PairEncoding chinese{"gb18030", {{{0xa1a1, 0xa3fe}, {0xb0a1, 0xd7f9}}}, 0xa1};

/// The pairs of a text whose bytes beyond ASCII are all common characters of the encoding, and do not stand
/// beside ASCII letters, as accented letters do. Empty for any other text.
std::vector<unsigned> common_pairs(std::string_view text, const PairEncoding& encoding) {
    std::vector<unsigned> pairs;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_high(text[i])) continue;
        if (i + 1 == text.size() || (pairs.empty() && i > 0 && is_ascii_letter(text[i - 1]))) return {};
        const auto first = static_cast<unsigned char>(text[i]);
        if (encoding.has_single_kana && first >= 0xa1 && first <= 0xdf) continue;
        const auto second = static_cast<unsigned char>(text[i + 1]);
        const auto pair = (static_cast<unsigned>(first) << 8U) | second;
        const bool common = std::ranges::any_of(
            encoding.common, [&](const auto& range) { return pair >= range[0] && pair <= range[1]; });
        if (!common || second < encoding.lowest_second_byte) return {};
        pairs.push_back(pair);
        ++i;
        if (i + 1 < text.size() && is_ascii_letter(text[i + 1])) return {};
    }
    return pairs;
}

/// The East Asian encoding of a short text, in which uchardet finds too few characters. Empty for others.
std::string_view short_east_asian(std::string_view text) {
    if (!common_pairs(text, shift_jis).empty()) return shift_jis.name;
    const auto is_kana = [](unsigned pair) { return pair >= 0xa4a1 && pair <= 0xa5f6; };
    if (std::ranges::any_of(common_pairs(text, euc_jp), is_kana)) return euc_jp.name;
    // Chinese is as often beyond the Korean syllables as within, so several within are Korean.
    constexpr std::size_t several = 4;
    if (common_pairs(text, korean).size() >= several) return korean.name;
    if (!common_pairs(text, chinese).empty()) return chinese.name;
    return common_pairs(text, big5).empty() ? "" : big5.name;
}

/// Whether uchardet finds such an encoding in any few bytes: one of Latin or Greek letters.
bool is_found_by_chance(std::string_view name) {
    constexpr std::array<std::string_view, 8> certain{"iso-8859-5",   "iso-8859-6",   "iso-8859-8",
                                                      "iso-8859-11",  "windows-1251", "windows-1255",
                                                      "windows-1256", "iso-8859-8-i"};
    const bool family = name.empty() || name.starts_with("iso-8859-") || name.starts_with("windows-125") ||
                        name == "mac-centraleurope";
    return family && std::ranges::find(certain, name) == certain.end();
}

/// Whether a text of the encoding can be read from its first byte beyond ASCII on. In UTF-16 it cannot, of which
/// bytes in the middle of a text may look like a mark; in windows-1258 accents change the letter before them,
/// and VISCII has letters in place of ASCII's control characters.
bool may_begin_late(std::string_view name) {
    return !name.starts_with("utf-") && !name.starts_with("iso-2022") && !name.starts_with("hz-") &&
           name != "windows-1258" && name != "viscii";
}

/// UTF-16, of which the zeros tell: half of each ASCII character. Where they are few, all must be of ASCII, and
/// some of a line's end.
std::optional<std::string> encoding_of_pairs(std::string_view text) {
    constexpr std::size_t least = 8;
    if (text.size() < least) return std::nullopt;
    std::array<std::size_t, 2> zeros{};
    std::array<std::size_t, 2> line_ends{};
    std::size_t beside_ascii = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\0') continue;
        const char other = (i ^ 1U) < text.size() ? text[i ^ 1U] : '\0';
        ++zeros.at(i % 2);
        line_ends.at(i % 2) += other == '\n' || other == '\r' ? 1U : 0U;
        beside_ascii += other > '\0' ? 1U : 0U;
    }
    const auto tells = [&](std::size_t half) {
        const auto count = zeros.at(half);
        const bool certain = count > text.size() / 2 * 2 / 3;
        return zeros.at(1 - half) == 0 &&
               (certain || (count > 3 && beside_ascii == count && line_ends.at(half) > 0));
    };
    if (tells(1)) return "utf-16le";
    if (tells(0)) return "utf-16be";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> marked_encoding(std::string_view beginning) {
    // The first escape sequences to ideographs, without which it is ASCII.
    if (beginning.find("\x1b$B"sv) != std::string_view::npos ||
        beginning.find("\x1b$@"sv) != std::string_view::npos)
        return "iso-2022-jp";
    if (beginning.starts_with("\xef\xbb\xbf"sv)) return "utf-8";
    if (beginning.starts_with("\xff\xfe\0\0"sv)) return "utf-32le";
    if (beginning.starts_with("\0\0\xfe\xff"sv)) return "utf-32be";
    if (beginning.starts_with("\xff\xfe"sv)) return "utf-16le";
    if (beginning.starts_with("\xfe\xff"sv)) return "utf-16be";
    return encoding_of_pairs(beginning.substr(0, 4096));
}

std::string likely_encoding(std::string_view text) {
    if (looks_like_macintosh(text) && common_pairs(text, shift_jis).empty()) return "macintosh";
    const auto found = to_lower(uchardet_name(text));
    const auto beyond_ascii = std::ranges::count_if(text, is_high);
    // What uchardet finds in a few letters is chance.
    constexpr std::ptrdiff_t few = 8;
    constexpr std::ptrdiff_t short_text = 64;
    if (beyond_ascii <= short_text && is_found_by_chance(found)) {
        if (const auto east_asian = short_east_asian(text); !east_asian.empty())
            return std::string(east_asian);
    }
    const auto name = may_begin_late(found) ? encoding_name(found) : std::nullopt;
    const bool western_name = found == "iso-8859-1" || found == "iso-8859-15";
    if (name && !western_name && (beyond_ascii > few || !looks_western(text))) return *name;
    // Windows-1252 is ISO 8859-1 with more characters; ISO 8859-15 has the euro in place of a sign that is not used.
    const bool euro = text.find('\xa4') != std::string_view::npos;
    const bool windows =
        std::ranges::any_of(text, [](char c) { return is_high(c) && static_cast<unsigned char>(c) < 0xa0; });
    return euro && !windows ? "iso-8859-15" : std::string(western);
}

}  // namespace prevision::snapshot
