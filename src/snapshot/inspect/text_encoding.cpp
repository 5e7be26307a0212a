#include "snapshot/inspect/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

constexpr auto replacement = "\xef\xbf\xbd"sv;

constexpr std::array names{
    std::pair{"utf-8"sv, TextEncoding::utf8},
    std::pair{"utf-16le"sv, TextEncoding::utf16le},
    std::pair{"utf-16be"sv, TextEncoding::utf16be},
    std::pair{"windows-1252"sv, TextEncoding::windows1252},
    std::pair{"iso-8859-1"sv, TextEncoding::iso8859_1},
    std::pair{"utf8"sv, TextEncoding::utf8},
    std::pair{"ascii"sv, TextEncoding::utf8},
    std::pair{"us-ascii"sv, TextEncoding::utf8},
    std::pair{"utf-16"sv, TextEncoding::utf16le},
    std::pair{"cp1252"sv, TextEncoding::windows1252},
    std::pair{"latin-1"sv, TextEncoding::iso8859_1},
    std::pair{"latin1"sv, TextEncoding::iso8859_1},
};

/// What windows-1252 has at 0x80–0x9f, where ISO 8859-1 has control characters; those stay where it has
/// nothing.
constexpr std::array<char16_t, 32> windows1252_high{
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

char32_t code_point(unsigned char byte, TextEncoding encoding) {
    const bool differs = encoding == TextEncoding::windows1252 && byte >= 0x80 && byte < 0xa0;
    return differs ? windows1252_high[byte - 0x80U] : byte;
}

/// How many bytes of ASCII the text begins with.
std::size_t ascii_size(std::string_view text) {
    constexpr std::size_t step = 32;
    std::size_t size = 0;
    for (; size + step <= text.size(); size += step) {
        std::array<std::uint64_t, 4> words{};
        std::memcpy(words.data(), text.data() + size, step);
        if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) != 0) break;
    }
    while (size < text.size() && static_cast<unsigned char>(text[size]) < 0x80) ++size;
    return size;
}

}  // namespace

std::string_view name_of(TextEncoding encoding) {
    const auto* found =
        std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.second == encoding; });
    return found->first;
}

std::optional<TextEncoding> parse_encoding(std::string_view name) {
    for (const auto& [known, encoding] : names) {
        if (equal_ignoring_case(name, known)) return encoding;
    }
    return std::nullopt;
}

std::optional<TextEncoding> told_encoding(std::string_view beginning) {
    if (beginning.starts_with("\xef\xbb\xbf"sv)) return TextEncoding::utf8;
    if (beginning.starts_with("\xff\xfe\0\0"sv)) return std::nullopt;  // UTF-32, which nobody writes
    if (beginning.starts_with("\xff\xfe"sv)) return TextEncoding::utf16le;
    if (beginning.starts_with("\xfe\xff"sv)) return TextEncoding::utf16be;
    std::array<std::size_t, 2> zeros{};
    const auto looked_at = beginning.substr(0, 4096);
    for (std::size_t i = 0; i < looked_at.size(); ++i) zeros[i % 2] += looked_at[i] == '\0' ? 1U : 0U;
    const auto most = looked_at.size() / 2 * 2 / 3;
    if (looked_at.size() < 8) return std::nullopt;
    if (zeros[0] == 0 && zeros[1] > most) return TextEncoding::utf16le;
    if (zeros[1] == 0 && zeros[0] > most) return TextEncoding::utf16be;
    return std::nullopt;
}

std::size_t byte_order_mark_size(std::string_view beginning, TextEncoding encoding) {
    switch (encoding) {
        case TextEncoding::utf8:
            return beginning.starts_with("\xef\xbb\xbf"sv) ? 3 : 0;
        case TextEncoding::utf16le:
            return beginning.starts_with("\xff\xfe"sv) ? 2 : 0;
        case TextEncoding::utf16be:
            return beginning.starts_with("\xfe\xff"sv) ? 2 : 0;
        default:
            return 0;
    }
}

std::string to_utf8(std::string_view text, TextEncoding encoding) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto ascii = ascii_size(text);
        result += text.substr(0, ascii);
        text.remove_prefix(ascii);
        if (text.empty()) break;
        std::size_t size = 1;
        if (encoding == TextEncoding::utf8) {
            const auto valid = utf8_character_size(text);
            size = std::max<std::size_t>(valid, 1);
            result += valid == 0 ? replacement : text.substr(0, size);
        } else {
            append_utf8(result, code_point(static_cast<unsigned char>(text.front()), encoding));
        }
        text.remove_prefix(size);
    }
    return result;
}

std::string_view Utf16Decoder::write(std::string_view bytes) {
    text_.clear();
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (!half_unit_) {
            half_unit_ = byte;
            continue;
        }
        const std::uint32_t first = *half_unit_;
        half_unit_.reset();
        unit(big_endian_ ? (first << 8U) | byte : first | (std::uint32_t{byte} << 8U));
    }
    return text_;
}

std::string_view Utf16Decoder::finish() {
    text_.clear();
    if (half_unit_ || half_pair_) text_ += replacement;
    return text_;
}

void Utf16Decoder::unit(std::uint32_t unit) {
    const bool is_high = unit >= 0xd800 && unit < 0xdc00;
    const bool is_low = unit >= 0xdc00 && unit < 0xe000;
    if (half_pair_ && is_low) {
        append_utf8(text_, 0x10000 + ((*half_pair_ - 0xd800) << 10U) + (unit - 0xdc00));
        half_pair_.reset();
        return;
    }
    if (half_pair_) text_ += replacement;
    half_pair_.reset();
    if (is_high) {
        half_pair_ = unit;
    } else if (is_low) {
        text_ += replacement;
    } else {
        append_utf8(text_, unit);
    }
}

void Utf8Check::write(std::string_view bytes) {
    constexpr std::size_t longest = 4;
    while (!tail_.empty()) {
        auto joined = tail_;
        joined += bytes.substr(0, longest - tail_.size());
        const auto size = utf8_character_size(joined);
        if (size == 0 && joined.size() < longest) {
            tail_ = std::move(joined);
            return;
        }
        count(size);
        const auto taken = std::max<std::size_t>(size, 1);
        if (taken >= tail_.size()) bytes.remove_prefix(taken - tail_.size());
        tail_.erase(0, taken);
    }
    check(bytes, false);
}

void Utf8Check::count(std::size_t character_size) {
    if (character_size == 0) ++wrong_;
    if (character_size > 1) ++right_;
}

void Utf8Check::finish() { check(std::exchange(tail_, {}), true); }

void Utf8Check::check(std::string_view bytes, bool last) {
    constexpr std::size_t longest = 4;
    for (;;) {
        bytes.remove_prefix(ascii_size(bytes));
        if (bytes.empty()) return;
        const auto size = utf8_character_size(bytes);
        if (size == 0 && !last && bytes.size() < longest) {
            tail_ = bytes;
            return;
        }
        count(size);
        bytes.remove_prefix(std::max<std::size_t>(size, 1));
    }
}

TextEncoding Utf8Check::encoding() const {
    return wrong_ > right_ ? TextEncoding::windows1252 : TextEncoding::utf8;
}

}  // namespace prevision::snapshot
