#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/tree.hpp"

namespace prevision::cli {

/// What TAB may put in.
struct Candidate {
    std::string text;
    std::string description{};
    bool operator==(const Candidate&) const = default;
};

/// What a word that is being typed may become.
struct Completion {
    std::string kept;  ///< the part of the word that stands before what is completed: "--output=", "name,"
    std::vector<Candidate> candidates;  ///< not yet held against what is typed
    bool files = false;                 ///< file names instead
    bool open = false;                  ///< a candidate is only a beginning: no blank after it
};

/// Which names are asked for.
struct NameQuery {
    Completes kind = Completes::nothing;
    std::map<std::string, std::string> given;  ///< the options and arguments on the line by their long names
    std::string typed;                         ///< of the name so far

    /// What was given for an option or argument; empty where nothing was.
    [[nodiscard]] std::string value_of(const std::string& name) const;
};

/// The names that there are.
using NameSource = std::function<std::vector<Candidate>(const NameQuery& query)>;

/// What the last of the words (those after the program's name) may become. The options before it are taken,
/// so that their targets are filled; a wrong one is passed over.
Completion complete(const CommandNode& root, std::span<const std::string> words, const NameSource& names);

}  // namespace prevision::cli
