#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prevision {

/// ASCII letters in lower case; all else as it is.
std::string to_lower(std::string_view text);

/// Whether two texts are equal, ignoring the case of ASCII letters.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// The parts between separators; an empty text has no parts.
std::vector<std::string> split(std::string_view text, char separator);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// The candidate that a mistyped word was probably meant to be: the one with the fewest letters wrong,
/// missing, too many or swapped with their neighbour; nothing when no candidate is near.
std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates);

/// A whole text that is a decimal integer, and in range; else nothing.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Bytes as lower-case hex digits.
std::string to_hex(std::string_view bytes);

/// How many bytes at the beginning of a text stand in a JSON string as they are: printable ASCII but quotes and
/// backslashes.
std::size_t count_plain(std::string_view text);

/// Percent-encodes everything but A-Z a-z 0-9 - . _ ~, with upper-case digits (RFC 3986, section 2.1).
std::string percent_encode(std::string_view text);

/// Undoes percent-encoding; a '%' that begins no two hex digits stays as it is. '+' stays '+'.
std::string percent_decode(std::string_view text);

/// 1536 → "1.5 KiB".
std::string format_bytes(std::uint64_t bytes);

/// 1234567 → "1,234,567".
std::string format_count(std::uint64_t count);

}  // namespace prevision
