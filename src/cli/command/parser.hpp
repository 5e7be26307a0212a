#pragma once

#include <span>
#include <string>

#include "cli/command/tree.hpp"

namespace prevision::cli {

enum class Parsed { filled, help_wanted };

/// Hands the words to the node's options and arguments, and to those of the nodes above it. Throws Error
/// usage when they do not fit, with a hint that names what was probably meant, or where to read on.
Parsed parse_words(const CommandNode& node, std::span<const std::string> words);

}  // namespace prevision::cli
