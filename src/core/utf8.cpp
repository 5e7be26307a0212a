#include "core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace prevision {

std::size_t utf8_character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    std::size_t size = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        if (first == 0xe0) low = 0xa0;
        if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        if (first == 0xf0) low = 0x90;
        if (first == 0xf4) high = 0x8f;
    }
    if (size == 0 || text.size() < size || byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    return size;
}

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto size = utf8_character_size(text);
        result += size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return result;
}

bool is_utf8(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    while (!text.empty()) {
        // Eight characters of ASCII at a time.
        if (std::uint64_t word = 0; text.size() >= sizeof word) {
            std::memcpy(&word, text.data(), sizeof word);
            if ((word & high_bits) == 0) {
                text.remove_prefix(sizeof word);
                continue;
            }
        }
        const auto size = utf8_character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

void append_utf8(std::string& text, char32_t code_point) {
    const auto tail = [&](unsigned shift) {
        return static_cast<char>(0x80U | ((static_cast<unsigned>(code_point) >> shift) & 0x3fU));
    };
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        text += static_cast<char>(0xc0U | (code_point >> 6U));
        text += tail(0);
    } else if (code_point < 0x10000) {
        text += static_cast<char>(0xe0U | (code_point >> 12U));
        text += tail(6);
        text += tail(0);
    } else {
        text += static_cast<char>(0xf0U | (code_point >> 18U));
        text += tail(12);
        text += tail(6);
        text += tail(0);
    }
}

}  // namespace prevision
