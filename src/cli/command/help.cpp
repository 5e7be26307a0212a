#include "cli/command/help.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

namespace {

constexpr int widest_signature = 24;
constexpr int narrow = 60;  ///< below it the help of an option follows on the next line

struct HelpEntry {
    std::string name;
    std::string help;
};

class HelpText {
  public:
    explicit HelpText(const HelpStyle& style) : style_(style) {}

    void paragraph(const std::string& text) {
        separate();
        for (const auto& line : render::wrap_text(text, style_.width)) text_ += line + "\n";
    }

    void usage(const std::string& line) {
        separate();
        const auto lines = render::wrap_text(line, style_.width - 9);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            text_ += (i == 0 ? title("usage:") + " " : std::string(11, ' ')) + lines[i] + "\n";
        }
    }

    void section(const std::string& name, const std::vector<HelpEntry>& entries) {
        if (entries.empty()) return;
        separate();
        text_ += title(name + ":") + "\n";
        int column = 0;
        for (const auto& entry : entries) {
            const int width = render::display_width(entry.name);
            if (width <= widest_signature) column = std::max(column, width);
        }
        for (const auto& entry : entries) add(entry, column);
    }

    void examples(const std::vector<std::string>& lines) {
        if (lines.empty()) return;
        separate();
        text_ += title("examples:") + "\n";
        for (const auto& line : lines) {
            for (const auto& part : split(wrap_command(line, style_.width - 2), '\n'))
                text_ += "  " + part + "\n";
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    void separate() {
        if (!text_.empty()) text_ += "\n";
    }

    [[nodiscard]] std::string title(const std::string& text) const {
        return style_.bold ? "\x1b[1m" + text + "\x1b[0m" : text;
    }

    void add(const HelpEntry& entry, int column) {
        const int indent = style_.width < narrow ? 6 : column + 4;
        const auto lines = render::wrap_text(entry.help, style_.width - indent);
        text_ += "  " + entry.name;
        int at = 2 + render::display_width(entry.name);
        if (style_.width < narrow || at + 2 > indent) {
            text_ += "\n";
            at = 0;
        }
        for (const auto& line : lines) {
            text_ += std::string(static_cast<std::size_t>(std::max(indent - at, 0)), ' ') + line + "\n";
            at = 0;
        }
        if (lines.empty() && at > 0) text_ += "\n";
    }

    HelpStyle style_;
    std::string text_;
};

std::vector<HelpEntry> command_entries(const CommandNode& node) {
    std::vector<HelpEntry> entries;
    for (const auto& child : node.children) {
        if (!child->hidden) entries.push_back({child->name, child->help});
    }
    return entries;
}

std::vector<HelpEntry> option_entries(const std::vector<Parameter>& options) {
    std::vector<HelpEntry> entries;
    for (const auto& option : options) {
        if (!option.shown || option.shown()) entries.push_back({option_signature(option), full_help(option)});
    }
    return entries;
}

}  // namespace

std::string option_signature(const Parameter& option) {
    std::string text = option.names.size() == 1 && option.names.front().starts_with("--") ? "    " : "";
    text += join(option.names, ", ");
    if (!option.is_flag()) text += " " + option.value;
    return text;
}

std::string full_help(const Parameter& parameter) {
    std::vector<std::string> notes;
    if (!parameter.choices.empty()) notes.push_back(join(parameter.choices, ", "));
    if (!parameter.fallback.empty()) notes.push_back("default " + parameter.fallback);
    return notes.empty() ? parameter.help : fmt::format("{} ({})", parameter.help, join(notes, "; "));
}

std::string usage_line(const CommandNode& node) {
    std::string line = full_name(node);
    if (!node.children.empty()) line += node.action ? " [COMMAND]" : " COMMAND";
    for (const auto& argument : node.arguments) {
        const auto name = argument.names.front() + (argument.repeated ? "..." : "");
        line += argument.required ? " " + name : " [" + name + "]";
    }
    for (const auto& option : node.options) {
        if (option.required) line += fmt::format(" {} {}", option.long_name(), option.value);
    }
    return line + " [OPTIONS]";
}

std::string render_help(const CommandNode& node, const HelpStyle& style) {
    HelpText text(style);
    text.paragraph(node.help + (node.help.ends_with('.') ? "" : "."));
    text.usage(usage_line(node));
    for (const auto& paragraph : node.details) text.paragraph(paragraph);
    text.section("commands", command_entries(node));
    std::vector<HelpEntry> arguments;
    for (const auto& argument : node.arguments)
        arguments.push_back({argument.names.front(), full_help(argument)});
    text.section("arguments", arguments);
    if (node.parent != nullptr) text.section("options", option_entries(node.options));
    for (const auto* above = &node; above != nullptr; above = above->parent) {
        if (above->parent != nullptr) continue;
        auto entries = option_entries(above->options);
        entries.push_back({"-h, --help", "Show this help"});
        text.section("global options", entries);
    }
    text.examples(node.examples);
    return text.text();
}

std::string wrap_command(const std::string& line, int width) {
    if (render::display_width(line) <= width) return line;
    // The words, quotes left whole; an option stays with its value where that fits.
    std::vector<std::string> words(1);
    char quote = 0;
    for (const char c : line) {
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == ' ') {
            words.emplace_back();
            continue;
        }
        words.back() += c;
    }
    std::vector<std::string> pieces;
    for (auto& word : words) {
        const bool belongs = !pieces.empty() && !word.starts_with('-') && !word.starts_with('|') &&
                             (pieces.back().starts_with("--") || pieces.back() == "<" ||
                              pieces.back() == ">" || pieces.back() == "|") &&
                             pieces.back().find(' ') == std::string::npos;
        if (belongs) {
            pieces.back() += " " + word;
        } else {
            pieces.push_back(std::move(word));
        }
    }
    std::string result;
    int at = 0;
    for (const auto& piece : pieces) {
        const int size = render::display_width(piece);
        if (at > 0 && at + 1 + size > width - 2) {
            result += " \\\n    ";
            at = 4;
        } else if (at > 0) {
            result += " ";
            ++at;
        }
        result += piece;
        at += size;
    }
    return result;
}

}  // namespace prevision::cli
