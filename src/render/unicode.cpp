#include "render/unicode.hpp"

#include <algorithm>

#include <utf8proc.h>

namespace prevision::render {

Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {.code_point = lead, .length = 1};
    const auto at_most = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
    utf8proc_int32_t code_point = -1;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), at_most, &code_point);
    if (length <= 0) return {};
    return {.code_point = code_point, .length = static_cast<std::size_t>(length)};
}

bool is_unsafe(std::int32_t code_point) {
    const auto in = [code_point](std::int32_t first, std::int32_t last) {
        return code_point >= first && code_point <= last;
    };
    return in(0x00, 0x1f) || in(0x7f, 0x9f) || code_point == 0x061c || in(0x200e, 0x200f) ||
           in(0x2028, 0x202e) || in(0x2066, 0x2069);
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace prevision::render
