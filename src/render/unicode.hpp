#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace prevision::render {

/// The first character of a text that is not empty.
struct Character {
    std::optional<std::int32_t> code_point;  ///< nothing for a byte that does not begin valid UTF-8
    std::size_t length = 1;                  ///< in bytes
};

Character first_character(std::string_view text);

/// Whether a terminal must not see it raw: a control character, a line or paragraph separator, or one that
/// changes the direction of writing.
bool is_unsafe(std::int32_t code_point);

/// Whether the text is only printable ASCII, where bytes, characters and cells are the same.
bool is_plain(std::string_view text);

/// The text if it fits into `width` cells, else as much of its beginning as leaves room for `…`. Never splits
/// a character from its marks. The text must be printable.
std::string_view fitting_part(std::string_view text, int width);

}  // namespace prevision::render
