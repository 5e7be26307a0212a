#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prevision {

/// How many bytes the character at the start of a text that is not empty has; 0 when there is none in valid
/// UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
std::size_t utf8_character_size(std::string_view text);

bool is_utf8(std::string_view text);

/// The text with U+FFFD in place of each byte that is not UTF-8: a remote system may send anything, and JSON
/// must be UTF-8.
std::string valid_utf8(std::string_view text);

/// Appends a code point up to U+10FFFF that is no surrogate.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace prevision
