#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/tree.hpp"

namespace prevision::cli {

/// A text that TAB may insert.
struct Candidate {
    std::string text;
    std::string description{};
    bool operator==(const Candidate&) const = default;
};

/// The completions of the word that is being typed.
struct Completion {
    std::string kept;  ///< the part of the word before the completed part: "--output=", "name,"
    std::vector<Candidate> candidates;  ///< not yet compared with what is typed
    bool files = false;                 ///< file names instead
    bool open = false;                  ///< a candidate may be continued: no blank after it
};

/// Which names are wanted.
struct NameQuery {
    Completes kind = Completes::nothing;
    std::map<std::string, std::string> given;  ///< the options and arguments on the line by their long names
    std::string typed;                         ///< of the name so far

    /// The value of an option or argument; empty when it was not given.
    [[nodiscard]] std::string value_of(const std::string& name) const;
};

/// Finds the names.
using NameSource = std::function<std::vector<Candidate>(const NameQuery& query)>;

/// Completes the last of the words (those after the program's name). The options before it fill their targets; wrong
/// ones are skipped.
Completion complete(const CommandNode& root, std::span<const std::string> words, const NameSource& names);

}  // namespace prevision::cli
