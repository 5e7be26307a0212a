#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::cli {

/// The last word of a line that is being typed in a shell.
struct OpenWord {
    std::string text;         ///< without quotes and backslashes
    char quote = 0;           ///< the quote that is still open: ', " or none
    std::size_t settled = 0;  ///< this much of the text is before the last break or the open quote:
                              ///< readline does not replace it
};

/// A beginning of a command line, as a shell reads it; nothing is expanded.
struct TypedLine {
    std::vector<std::string> words;  ///< the complete ones
    OpenWord current;                ///< empty where the line ends with a blank
};

/// `breaks` are the characters that end a part of a word (":" and "=" among $COMP_WORDBREAKS).
TypedLine read_typed_line(std::string_view line, std::string_view breaks = {});

/// The text so that a POSIX shell reads it as one word: as it is where that is safe, else in single quotes.
std::string quote_for_shell(std::string_view text);

/// What bash has to insert for the text after the open quote (if any) of a word that is being typed.
std::string continue_in_bash(std::string_view text, char quote);

}  // namespace prevision::cli
