#include "snapshot/inspect/header_guess.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

using Rows = std::span<const SampleRows::Row>;

bool is_year(std::string_view text) {
    const auto number = text.size() == 4 ? parse_integer(text).value_or(0) : 0;
    return number >= 1900 && number <= 2100;
}

/// Whether the numbers of a row count up by one, and are three or more.
bool counts_up(const SampleRows::Row& row) {
    std::vector<std::int64_t> numbers;
    for (const auto& cell : row.cells) {
        if (const auto number = parse_integer(cell.text)) numbers.push_back(*number);
    }
    const auto next = [](std::int64_t left, std::int64_t right) { return left + 1 != right; };
    return numbers.size() >= 3 && std::ranges::adjacent_find(numbers, next) == numbers.end();
}

/// As `form_of`, and knows more ways to write numbers and dates.
ValueForm wide_form_of(std::string_view text) {
    const auto form = form_of(text);
    if (form != ValueForm::text) return form;
    const auto points = std::ranges::count(text, '.');
    if (looks_like_number(text) && points < 2) return ValueForm::decimal;
    const bool slashes = std::ranges::count(text, '/') == 2;
    const bool colons = text.find(':') != std::string_view::npos;
    const bool only_digits = text.find_first_not_of("0123456789./:") == std::string_view::npos;
    return only_digits && (slashes || points == 2 || colons) ? ValueForm::date : ValueForm::text;
}

/// A word that stands for a missing value, and hardly for a column.
bool is_missing(std::string_view text) {
    constexpr std::array<std::string_view, 8> words{"n/a", "na", "null", "none", "-", "--", "?", "\\n"};
    return std::ranges::any_of(words, [&](auto word) { return equal_ignoring_case(text, word); });
}

/// What a column has below the first row.
struct Below {
    TypeGuess guess;
    std::size_t values = 0;
    std::size_t years = 0;
    bool repeats_first = false;
};

Below below_first(Rows rows, std::size_t column) {
    Below below;
    const auto& first = rows.front().cells[column].text;
    for (const auto& row : rows.subspan(1)) {
        if (column >= row.cells.size() || row.cells[column].text.empty()) continue;
        const auto& text = row.cells[column].text;
        if (is_missing(text)) continue;
        below.guess.form(wide_form_of(text));
        ++below.values;
        below.years += is_year(text) ? 1U : 0U;
        below.repeats_first |= text == first;
    }
    return below;
}

bool is_text(ValueForm form) { return form == ValueForm::nothing || form == ValueForm::text; }

/// Whether a number in the first row may be a name, over such numbers.
bool is_number_as_name(std::string_view text, const Below& below, bool sequence) {
    if (form_of(text) != ValueForm::integer) return false;
    return is_year(text) ? 2 * below.years <= below.values : sequence;
}

}  // namespace

bool guess_header(Rows rows) { return header_sign(rows) != HeaderSign::denied; }

HeaderSign header_sign(Rows rows) {
    if (rows.empty()) return HeaderSign::possible;
    const auto& first = rows.front().cells;
    const bool has_text = std::ranges::any_of(first, [](const auto& cell) {
        return !cell.text.empty() && wide_form_of(cell.text) == ValueForm::text;
    });
    const bool sequence = has_text && counts_up(rows.front()) && rows.size() > 1 && !counts_up(rows[1]);
    std::size_t unlike = 0;
    std::size_t alike = 0;
    bool looks_like_data = false;
    for (std::size_t column = 0; column < first.size(); ++column) {
        const auto& text = first[column].text;
        const bool at_edge = column == 0 || column + 1 == first.size();
        if (text.empty()) {
            looks_like_data |= !at_edge;
            continue;
        }
        const auto below = below_first(rows, column);
        const auto form = wide_form_of(text);
        const bool number_as_name = is_number_as_name(text, below, sequence);
        if (is_text(below.guess.form())) {
            looks_like_data |= form != ValueForm::text && !number_as_name;
            looks_like_data |= below.repeats_first && rows.size() > 2;
        } else {
            const bool differs =
                number_as_name || (wider(below.guess.form(), form) == ValueForm::text && !is_missing(text));
            ++(differs ? unlike : alike);
        }
    }
    if (unlike + alike > 0) return unlike > alike ? HeaderSign::certain : HeaderSign::denied;
    return looks_like_data ? HeaderSign::denied : HeaderSign::possible;
}

}  // namespace prevision::snapshot
