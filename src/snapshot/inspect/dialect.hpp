#pragma once

#include <optional>
#include <string_view>

#include "snapshot/inspect/delimited_scanner.hpp"

namespace prevision::snapshot {

/// What is known beforehand of how a delimited text is written.
struct DialectHints {
    std::optional<char> separator;
    std::optional<char> quote;
    std::optional<bool> header;
    bool prefer_tab = false;  ///< the file's name says so
};

struct Dialect {
    DelimitedFormat format;
    bool header = true;
    /// Whether the text looks like a table by itself: several columns, the same in nearly every row.
    bool certain = false;
};

/// Tells how a text is written from its beginning; `whole` when that is all there is.
///
/// The separator is the one of `,` `;` tab `|` that cuts most lines into as many values as the first one. The
/// quote is `"`, or `'` where many values have that and none has `"`. The first line is a header unless its
/// values are as much numbers, dates or truth values as those below them.
Dialect guess_dialect(std::string_view beginning, bool whole, const DialectHints& hints);

}  // namespace prevision::snapshot
