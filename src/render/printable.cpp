#include <iterator>

#include <fmt/format.h>

#include "render/renderer.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

void append_escape(std::string& result, std::int32_t code_point) {
    switch (code_point) {
        case '\n':
            result += "\\n";
            return;
        case '\r':
            result += "\\r";
            return;
        case '\t':
            result += "\\t";
            return;
        default:
            // \x9b would look like the byte alone, which is no valid UTF-8.
            if (code_point < 0x80) {
                fmt::format_to(std::back_inserter(result), "\\x{:02x}", code_point);
            } else {
                fmt::format_to(std::back_inserter(result), "\\u{:04x}", code_point);
            }
    }
}

}  // namespace

std::string printable(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    std::string result;
    result.reserve(text.size() + 16);
    while (!text.empty()) {
        const Character character = first_character(text);
        if (!character.code_point) {
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text.front()));
        } else if (is_unsafe(*character.code_point)) {
            append_escape(result, *character.code_point);
        } else {
            result += text.substr(0, character.length);
        }
        text.remove_prefix(character.length);
    }
    return result;
}

}  // namespace prevision::render
