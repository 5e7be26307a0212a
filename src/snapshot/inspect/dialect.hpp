#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/inspect/delimited_scanner.hpp"

namespace prevision::snapshot {

/// What is known beforehand of how a delimited text is written; '\0' for a character that is not used.
struct DialectHints {
    std::optional<char> separator;
    std::optional<char> quote;
    std::optional<char> escape;
    std::optional<char> comment;
    std::optional<bool> header;
    std::optional<std::uint64_t> skip;
    bool prefer_tab = false;  ///< the file's name says so
};

struct Dialect {
    DelimitedFormat format;
    bool header = true;
    std::uint64_t skip = 0;                      ///< lines in front of the table
    bool skip_by_return = false;                 ///< these lines end with CR
    bool first_row_ends_with_separator = false;  ///< only the first: the separator then ends no column
    /// Whether the text looks like a table by itself: several columns, the same in nearly every row.
    bool certain = false;
    std::vector<std::string> notes{};  ///< on lines that were found not to belong to the table
};

/// Judges how a text is written by its beginning; `whole` when that is all there is.
///
/// Each separator, quote and escape is tried. The best one cuts nearly all lines into as many values as the
/// first one, and leaves values that hold neither quotes nor other separators. `sep=;` as the first line names the
/// separator. `first_row_of_table` and `take_comments` say which lines are a title or comments.
Dialect guess_dialect(std::string_view beginning, bool whole, const DialectHints& hints);

}  // namespace prevision::snapshot
