#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prevision::sources {

/// The number of a decimal text such as "-1.50" or "1e+20", when a Real holds it exactly or the text is its
/// shortest form; nothing when a Real would round it, and for a text that is not a finite number.
std::optional<float> parse_exact_float(std::string_view text);
std::optional<double> parse_exact_double(std::string_view text);

/// Whether the text is a decimal number of any size and precision.
bool is_decimal_number(std::string_view text);

/// How many digits after the point a decimal number needs: 1 for "1.50", -2 for "1200"; nothing for another text.
std::optional<long> needed_scale(std::string_view text);

/// Whether the text is digits, with a '-' before them or not.
bool is_whole_number(std::string_view text);

/// The hex digits of bytes as a dataset holds them, `\x00ff`; nothing for another text.
std::optional<std::string_view> parse_bytes(std::string_view text);

/// The bytes of hex digits in upper or lower case.
std::string from_hex(std::string_view digits);

}  // namespace prevision::sources
