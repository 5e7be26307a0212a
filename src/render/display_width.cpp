#include <utf8proc.h>

#include "render/renderer.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

constexpr std::int32_t emoji_style = 0xfe0f;  // variation selector 16

/// Code points that a terminal shows as one character (an extended grapheme cluster, UAX #29).
struct Cluster {
    std::size_t length = 0;  ///< in bytes
    int width = 0;           ///< in cells
};

/// How many cells a code point adds to those of its cluster.
int added_width(std::int32_t code_point, std::int32_t previous) {
    switch (utf8proc_get_property(code_point)->boundclass) {
        case UTF8PROC_BOUNDCLASS_EXTEND:  // accents, and the skin colours, which are wide by themselves
        case UTF8PROC_BOUNDCLASS_ZWJ:
        case UTF8PROC_BOUNDCLASS_V:  // a syllable of Hangul is as wide as its first part
        case UTF8PROC_BOUNDCLASS_T:
            return 0;
        case UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC:
            if (utf8proc_get_property(previous)->boundclass == UTF8PROC_BOUNDCLASS_ZWJ) return 0;
            break;
        default:
            break;
    }
    return utf8proc_charwidth(code_point);
}

/// Whether the emoji style makes a narrow character wide: a symbol (❤), or the base of a keycap.
bool takes_emoji_style(std::int32_t code_point) {
    return utf8proc_get_property(code_point)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
           code_point == '#' || code_point == '*' || (code_point >= '0' && code_point <= '9');
}

Cluster first_cluster(std::string_view text) {
    const Character first = first_character(text);
    if (!first.code_point) return {.length = 1, .width = 1};
    Cluster cluster{.length = first.length, .width = utf8proc_charwidth(*first.code_point)};
    std::int32_t previous = *first.code_point;
    std::int32_t state = 0;
    while (cluster.length < text.size()) {
        const Character next = first_character(text.substr(cluster.length));
        if (!next.code_point || utf8proc_grapheme_break_stateful(previous, *next.code_point, &state)) break;
        cluster.width += added_width(*next.code_point, previous);
        if (*next.code_point == emoji_style && cluster.width == 1 && takes_emoji_style(*first.code_point)) {
            cluster.width = 2;
        }
        cluster.length += next.length;
        previous = *next.code_point;
    }
    return cluster;
}

}  // namespace

int display_width(std::string_view text) {
    if (is_plain(text)) return static_cast<int>(text.size());
    int width = 0;
    while (!text.empty()) {
        const Cluster cluster = first_cluster(text);
        width += cluster.width;
        text.remove_prefix(cluster.length);
    }
    return width;
}

std::string_view fitting_part(std::string_view text, int width) {
    if (is_plain(text)) {
        const auto cells = static_cast<std::size_t>(width);
        return text.size() <= cells ? text : text.substr(0, width > 0 ? cells - 1 : 0);
    }
    int used = 0;
    std::size_t end = 0;
    std::size_t end_with_mark = 0;  // the most that leaves a cell for the mark
    while (end < text.size()) {
        const Cluster cluster = first_cluster(text.substr(end));
        used += cluster.width;
        if (used > width) return text.substr(0, end_with_mark);
        end += cluster.length;
        if (used < width) end_with_mark = end;
    }
    return text;
}

}  // namespace prevision::render
