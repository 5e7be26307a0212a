#include "snapshot/inspect/table_start.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "snapshot/inspect/header_guess.hpp"

namespace prevision::snapshot {

namespace {

using Row = SampleRows::Row;
using Rows = std::span<const Row>;

constexpr double nearly_every = 0.9;

/// Whether the separators are what prose has: a blank follows nearly each.
bool reads_like_prose(Rows rows) {
    std::size_t blanks = 0;
    std::size_t separators = 0;
    for (const auto& row : rows) {
        separators += row.cells.size() - 1;
        blanks += static_cast<std::size_t>(
            std::count_if(row.cells.begin() + 1, row.cells.end(),
                          [](const auto& cell) { return cell.text.starts_with(' ') && !cell.quoted; }));
    }
    return static_cast<double>(blanks) >= nearly_every * static_cast<double>(separators);
}

bool is_prose(const Row& row) { return row.cells.size() > 1 && reads_like_prose({&row, 1}); }

/// Whether a blank, another mark or nothing is behind the mark with which the row begins.
bool has_free_mark(const Row& row) {
    const auto& text = row.cells[0].text;
    return text.size() == 1 || text[1] == ' ' || text[1] == '\t' || text[1] == text[0] || text[1] == '!';
}

/// Whether a row in front of a table begins as remarks of programs do.
bool is_remark(const Row& row, std::size_t width) {
    const std::string_view text = row.cells[0].text;
    if (row.cells[0].quoted || text.empty()) return false;
    if (text.front() == '#') return row.cells.size() != width || (has_free_mark(row) && is_prose(row));
    if (text.starts_with("//") || text.starts_with("-- ") || text == "--") return true;
    return std::string_view(";%!").find(text.front()) != std::string_view::npos && has_free_mark(row);
}

/// The values of a row without the empty ones at its end.
std::size_t filled_width(const Row& row) {
    const auto last = std::find_if(row.cells.rbegin(), row.cells.rend(),
                                   [](const auto& cell) { return !cell.text.empty() || cell.quoted; });
    return static_cast<std::size_t>(row.cells.rend() - last);
}

/// Whether the table has a header, where a row of its width in front of it is to be a title.
bool follows_title(Rows table, Rows title) {
    const auto sign = header_sign(table);
    const auto width = table.front().cells.size();
    const bool is_short =
        width > 2 && std::ranges::all_of(title, [](const auto& row) { return filled_width(row) < 2; });
    return sign == HeaderSign::certain || (is_short && sign == HeaderSign::possible);
}

}  // namespace

std::size_t most_common_width(Rows rows) {
    std::map<std::size_t, std::size_t> widths;
    for (const auto& row : rows) ++widths[row.cells.size()];
    return std::max_element(widths.begin(), widths.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

std::size_t rows_of_width(Rows rows, std::size_t width) {
    return static_cast<std::size_t>(std::ranges::count_if(rows, [&](const auto& row) {
        const auto& last = row.cells.back();
        const bool ends_empty = last.text.empty() && !last.quoted;
        return row.cells.size() == width || (row.cells.size() == width + 1 && ends_empty);
    }));
}

std::uint64_t take_comments(std::vector<Row>& rows) {
    const auto marked = [](const auto& row) { return row.has_comment_mark; };
    const auto first_mark = std::ranges::find_if(rows, marked);
    const auto first_row = std::ranges::find_if_not(rows, marked);
    if (first_mark == rows.end() || first_row == rows.end()) return 0;
    auto others = rows;
    std::erase_if(others, marked);
    const auto width = most_common_width(others);
    const bool table_is_prose = reads_like_prose(others);
    const auto may_be_row = [&](const Row& row) {
        if (!marked(row)) return false;
        if (width > 1 && row.cells.size() == width)
            return !(has_free_mark(row) && is_prose(row) && !table_is_prose);
        const bool in_front = width > 1 && row.line < first_row->line;
        return !in_front && !has_free_mark(row);
    };
    if (std::ranges::any_of(rows, may_be_row)) return 0;
    const auto line = first_mark->line;
    rows = std::move(others);
    return line;
}

std::size_t first_row_of_table(Rows rows, std::size_t width) {
    const auto narrow = std::max<std::size_t>(1, width / 2);
    const auto is_title = [&](const Row& row) {
        return filled_width(row) <= narrow || is_remark(row, width) || is_prose(row);
    };
    const auto first = std::ranges::find_if_not(rows, is_title);
    const auto count = static_cast<std::size_t>(first - rows.begin());
    const auto title = rows.first(count);
    const auto table = rows.subspan(count);
    if (count == 0 || table.size() < 2 || first->cells.size() != width) return 0;
    const bool fits =
        static_cast<double>(rows_of_width(table, width)) >= nearly_every * static_cast<double>(table.size());
    if (!fits || reads_like_prose(table)) return 0;
    const bool as_wide = std::ranges::any_of(
        title, [&](const auto& row) { return row.cells.size() >= width && !is_remark(row, width); });
    return !as_wide || follows_title(table, title) ? count : 0;
}

}  // namespace prevision::snapshot
