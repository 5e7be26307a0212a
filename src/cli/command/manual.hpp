#pragma once

#include <string>
#include <vector>

#include "cli/command/tree.hpp"

namespace prevision::cli {

/// The pages that the command tree gives: "prevision.1", and one for each of its nouns and other commands.
std::vector<std::string> manual_pages(const CommandNode& root);

/// A page as man(7) source: what the tree knows. Hand-written sections follow it, from `man/sections`. Error
/// not_found when there is no such page.
std::string render_manual(const CommandNode& root, const std::string& page);

}  // namespace prevision::cli
