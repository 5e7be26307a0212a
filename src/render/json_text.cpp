#include <array>
#include <charconv>
#include <iterator>

#include <fmt/format.h>
#include <utf8proc.h>

#include "render/json_reader.hpp"
#include "render/renderer.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::int32_t replacement_code_point = 0xfffd;

void append_code_point(std::string& result, std::int32_t code_point) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(code_point, bytes.data());
    result.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

std::int32_t hex_value(std::string_view digits) {
    std::int32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

/// The character of the "\uXXXX" that `rest` begins with, and of the second half where it is a pair; takes
/// them from `rest`.
std::int32_t take_unicode_escape(std::string_view& rest) {
    const std::int32_t first = hex_value(rest.substr(2, 4));
    rest.remove_prefix(6);
    if (first < 0xd800 || first > 0xdfff) return first;
    if (first > 0xdbff || !rest.starts_with("\\u")) return replacement_code_point;
    const std::int32_t second = hex_value(rest.substr(2, 4));
    if (second < 0xdc00 || second > 0xdfff) return replacement_code_point;
    rest.remove_prefix(6);
    return 0x10000 + ((first - 0xd800) * 0x400) + (second - 0xdc00);
}

char unescaped(char letter) {
    switch (letter) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return letter;
    }
}

/// Appends what may stand between the quotes of a JSON text as it is, the rest made safe.
void append_safely(std::string& result, std::string_view text) {
    if (is_plain(text)) {
        result += text;
        return;
    }
    while (!text.empty()) {
        const Character character = first_character(text);
        if (!character.code_point) {
            result += replacement;
        } else if (is_unsafe(*character.code_point)) {
            fmt::format_to(std::back_inserter(result), "\\u{:04x}", *character.code_point);
        } else {
            result += text.substr(0, character.length);
        }
        text.remove_prefix(character.length);
    }
}

std::string rewrite(std::string_view json, bool pretty) {
    std::string result;
    result.reserve(json.size() * (pretty ? 2 : 1));
    const auto new_line = [&](std::size_t depth) {
        if (pretty) result.append(1, '\n').append(depth * 2, ' ');
    };
    JsonReader reader(json);
    std::size_t depth = 0;
    auto previous = JsonKind::key;  // what stands before the document asks for no comma and no new line
    while (const auto token = reader.next()) {
        if (is_end(token->kind)) {
            --depth;
            if (!is_begin(previous)) new_line(depth);
        } else if (previous != JsonKind::key) {
            if (!is_begin(previous)) result += ',';
            new_line(depth);
        }
        append_safely(result, token->spelling);
        if (token->kind == JsonKind::key) result += pretty ? ": " : ":";
        if (is_begin(token->kind)) ++depth;
        previous = token->kind;
    }
    return result;
}

}  // namespace

std::string unescape_json(std::string_view spelling) {
    std::string result;
    result.reserve(spelling.size());
    std::string_view rest = spelling.substr(1, spelling.size() - 2);
    while (!rest.empty()) {
        const auto plain = rest.substr(0, rest.find('\\'));
        result += plain;
        rest.remove_prefix(plain.size());
        if (rest.starts_with("\\u")) {
            append_code_point(result, take_unicode_escape(rest));
        } else if (!rest.empty()) {
            result += unescaped(rest[1]);
            rest.remove_prefix(2);
        }
    }
    return result;
}

std::string quote_json(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const auto plain = text.substr(0, text.find_first_of("\"\\"));
        append_safely(result, plain);
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        result.append(1, '\\').append(1, text.front());
        text.remove_prefix(1);
    }
    return result += '"';
}

std::string pretty_json(std::string_view json) { return rewrite(json, true); }

std::string compact_json(std::string_view json) { return rewrite(json, false); }

}  // namespace prevision::render
