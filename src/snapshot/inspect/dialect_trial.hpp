#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/inspect/delimited_scanner.hpp"

namespace prevision::snapshot {

/// The first rows of a text, as one format cuts it.
struct SampleRows {
    struct Cell {
        std::string text;
        bool quoted = false;
    };
    struct Row {
        std::vector<Cell> cells;
        std::uint64_t line = 0;  ///< in which it begins
        bool has_comment_mark = false;
    };

    std::vector<Row> rows;
    std::size_t cells = 0;
    std::size_t quoted = 0;
    std::size_t nulls = 0;  ///< MySQL's \N, where it is one
    ScannedOddities odd;
    bool ends_inside = false;     ///< of a quoted value
    bool swallows_lines = false;  ///< that value does
};

/// `whole` when nothing follows; else the last line, which may be cut off, does not count.
SampleRows sample_rows(std::string_view text, bool whole, const DelimitedFormat& format);

/// A number as people write it: digits with signs, blanks, points and commas, a currency or a percent.
bool looks_like_number(std::string_view text);

/// How well a format cuts a text.
struct Trial {
    DelimitedFormat format;
    double score = 0;         ///< 0 for one column
    std::size_t columns = 1;  ///< of most rows
    double share = 0;         ///< of the rows that have as many
    bool first_agrees = false;
    std::size_t rows = 0;            ///< of the table
    std::uint64_t skip = 0;          ///< lines in front of the table
    std::uint64_t comment_line = 0;  ///< the first that begins with '#'; 0 where such lines are rows
};

/// `may_skip`: lines in front of the table may be a title; `may_comment`: lines that begin with '#', comments.
Trial try_format(const DelimitedFormat& format, SampleRows sample, bool may_skip, bool may_comment);

}  // namespace prevision::snapshot
