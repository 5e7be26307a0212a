#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace prevision::render {

/// A character and what is written in its place.
struct Replacement {
    char character;
    std::string_view text;
};

/// The text with each of these characters replaced, as formats with escapes need it.
inline std::string replace_each(std::string_view text, std::span<const Replacement> replacements) {
    std::string replaced;
    for (const char c : text) {
        const auto found = std::ranges::find(replacements, c, &Replacement::character);
        replaced += found == replacements.end() ? std::string_view(&c, 1) : found->text;
    }
    return replaced;
}

}  // namespace prevision::render
