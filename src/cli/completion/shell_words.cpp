#include "cli/completion/shell_words.hpp"

#include <algorithm>
#include <utility>

namespace prevision::cli {

namespace {

bool is_plain(char c) {
    constexpr std::string_view marks = "_-./:=@%+,";
    const bool alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return alphanumeric || marks.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

TypedLine read_typed_line(std::string_view line, std::string_view breaks) {
    TypedLine typed;
    bool in_word = false;
    auto& current = typed.current;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (current.quote == '\'') {
            if (c == '\'') {
                current.quote = 0;
            } else {
                current.text += c;
            }
        } else if (c == '\\' && i + 1 < line.size()) {
            // Within double quotes a backslash is itself, but before these.
            constexpr std::string_view escaped = "\\\"$`";
            if (current.quote == '"' && escaped.find(line[i + 1]) == std::string_view::npos)
                current.text += c;
            current.text += line[++i];
            in_word = true;
        } else if (c == '"' || (c == '\'' && current.quote == 0)) {
            current.quote = current.quote == '"' ? '\0' : c;
            if (current.quote != 0) current.settled = current.text.size();
            in_word = true;
        } else if ((c == ' ' || c == '\t' || c == '\n') && current.quote == 0) {
            if (in_word) typed.words.push_back(std::exchange(current, {}).text);
            in_word = false;
        } else if (c != '\\') {
            current.text += c;
            in_word = true;
            if (current.quote == 0 && breaks.find(c) != std::string_view::npos)
                current.settled = current.text.size();
        }
    }
    return typed;
}

std::string quote_for_shell(std::string_view text) {
    if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string continue_in_bash(std::string_view text, char quote) {
    std::string result;
    for (const char c : text) {
        if (quote == '\'') {
            result += c == '\'' ? "'\\''" : std::string(1, c);
        } else if (quote == '"') {
            constexpr std::string_view escaped = "\\\"$`";
            if (escaped.find(c) != std::string_view::npos) result += '\\';
            result += c;
        } else {
            if (!is_plain(c)) result += '\\';
            result += c;
        }
    }
    return result;
}

}  // namespace prevision::cli
