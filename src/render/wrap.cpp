#include <utility>

#include "core/text.hpp"
#include "render/renderer.hpp"

namespace prevision::render {

namespace {

/// As many pieces on a line, a blank between them, as fit.
std::vector<std::string> fill(const std::vector<std::string>& pieces, int width) {
    std::vector<std::string> lines;
    std::string line;
    for (const auto& piece : pieces) {
        if (!line.empty() && display_width(line) + 1 + display_width(piece) > width)
            lines.push_back(std::exchange(line, {}));
        line += line.empty() ? piece : " " + piece;
    }
    if (!line.empty()) lines.push_back(line);
    return lines;
}

}  // namespace

std::vector<std::string> wrap_text(const std::string& text, int width) {
    return fill(split(text, ' '), width);
}

std::vector<std::string> wrap_list(const std::string& text, int width) {
    constexpr std::string_view between = ", ";
    std::vector<std::string> pieces;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(between, begin), text.size());
        const auto part = text.substr(begin, end + 1 - begin);  // with its comma
        if (display_width(part) <= width) {
            pieces.push_back(part);
        } else {
            const auto words = split(part, ' ');
            pieces.insert(pieces.end(), words.begin(), words.end());
        }
        begin = end + between.size();
    }
    return fill(pieces, width);
}

}  // namespace prevision::render
