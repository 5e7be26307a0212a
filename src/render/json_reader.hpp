#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace prevision::render {

enum class JsonKind { begin_object, end_object, begin_array, end_array, key, text, number, literal };

constexpr bool is_begin(JsonKind kind) {
    return kind == JsonKind::begin_object || kind == JsonKind::begin_array;
}

constexpr bool is_end(JsonKind kind) { return kind == JsonKind::end_object || kind == JsonKind::end_array; }

struct JsonToken {
    JsonKind kind = JsonKind::literal;
    std::string_view text;  ///< the value of a key or text; the spelling of a number or literal
};

/// Calls `each` for the tokens of a document. Numbers keep their spelling, since 1.0 and 12345678901234567890123 would
/// change as values. Error internal, with the place, when it is not JSON, has a number beyond the range of a double
/// or is nested more than 1000 deep. A text may have invalid UTF-8.
void read_json(std::string_view text, const std::function<void(const JsonToken&)>& each);

/// A text as JSON, quoted. Invalid UTF-8 becomes U+FFFD, and what a terminal must not see an escape.
std::string quote_json(std::string_view text);

}  // namespace prevision::render
