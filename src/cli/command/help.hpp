#pragma once

#include <string>

#include "cli/command/tree.hpp"

namespace prevision::cli {

struct HelpStyle {
    int width = 80;     ///< in cells; only a word that is longer exceeds it
    bool bold = false;  ///< the titles of the sections
};

/// The help of a command: usage, description, arguments, options, examples.
std::string render_help(const CommandNode& node, const HelpStyle& style = {});

/// "prevision connector create NAME --type TYPE [options]".
std::string usage_line(const CommandNode& node);

/// How an option is written: "-o, --output FORMAT".
std::string option_signature(const Parameter& option);

/// The option's or argument's help with its choices and its default.
std::string full_help(const Parameter& parameter);

/// A command line on several lines, each but the last with a backslash at its end. It is broken between words, never within
/// quotes.
std::string wrap_command(const std::string& line, int width);

}  // namespace prevision::cli
