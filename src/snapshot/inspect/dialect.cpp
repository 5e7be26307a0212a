#include "snapshot/inspect/dialect.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "snapshot/inspect/delimited_reader.hpp"
#include "snapshot/inspect/dialect_trial.hpp"
#include "snapshot/inspect/header_guess.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

constexpr double nearly_every = 0.9;

/// A text without its first lines.
std::string_view without_lines(std::string_view text, std::uint64_t lines, bool by_return) {
    LineSkipper(lines, by_return).write(text);
    return text;
}

/// The separator that a first line such as `sep=;` names, as Excel writes and reads it.
std::optional<char> named_separator(std::string_view text) {
    auto line = text.substr(0, text.find_first_of("\r\n"));
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    if (line.size() != 5 || !equal_ignoring_case(line.substr(0, 4), "sep=")) return std::nullopt;
    const bool possible = line[4] > '\0' && line[4] != '"';
    return possible ? std::optional(line[4]) : std::nullopt;
}

/// How many CR end a line by themselves, as far as the next character shows.
std::ptrdiff_t lone_returns(std::string_view text) {
    std::ptrdiff_t count = 0;
    for (auto at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
        count += at + 1 < text.size() && text[at + 1] != '\n' ? 1 : 0;
    return count;
}

class Search {
  public:
    /// `skip_by_return`: the lines of a title end with CR.
    Search(std::string_view text, bool whole, bool skip_by_return, const DialectHints& hints)
        : text_(text),
          whole_(whole),
          skip_by_return_(skip_by_return),
          hints_(hints),
          separators_(possible_separators()) {}

    Trial best() const {
        const bool returns = lone_returns(text_) > 0;
        Trial best{.format = {.separator = default_separator(),
                              .quote = quotes().front(),
                              .escape = hints_.escape.value_or('\0'),
                              .comment = hints_.comment.value_or('\0'),
                              .returns = returns && text_.find('\n') == std::string_view::npos}};
        for (const char separator : separators_) {
            for (const char quote : quotes()) {
                for (const char escape : escapes(quote, separator)) {
                    for (const bool by_return : returns ? std::vector{true, false} : std::vector{false}) {
                        consider({separator, quote, escape, best.format.comment, by_return}, best);
                    }
                }
            }
        }
        return best;
    }

    [[nodiscard]] char default_separator() const {
        const bool tab = hints_.prefer_tab && separators_.find('\t') != std::string::npos;
        return tab ? '\t' : separators_.front();
    }

  private:
    void consider(const DelimitedFormat& format, Trial& best) const {
        auto sample = sample_rows(text_, whole_, format);
        const bool guesses_apostrophe = format.quote == '\'' && !hints_.quote;
        if (guesses_apostrophe && !encloses_values(sample)) return;
        // An apostrophe that encloses few values is a quote only if the rows are better for it.
        const bool encloses_many = 5 * sample.quoted >= sample.cells + 1;
        const bool may_comment = !hints_.comment && !free_ones("#").empty();
        const bool may_skip = !hints_.skip && format.returns == skip_by_return_;
        auto trial = try_format(format, std::move(sample), may_skip, may_comment);
        if (format.quote == '\'' && (hints_.quote || encloses_many)) trial.score *= 1.2;
        if (hints_.prefer_tab && format.separator == '\t' && trial.columns > 1) trial.score += 1;
        const bool better = trial.score > best.score;
        // One column: lines are what most of the line ends make.
        const bool first_of_one = best.rows == 0 && format.separator == default_separator();
        if (better || (best.score == 0 && first_of_one)) best = trial;
    }

    /// Whether the apostrophes in front of values close them, as those of words would not.
    static bool encloses_values(const SampleRows& sample) {
        const bool odd = sample.odd.stray_quotes.count + sample.odd.open_quotes.count > 0;
        return sample.quoted > 0 && !odd && !sample.ends_inside;
    }

    /// Those of the characters that the user did not give another meaning.
    [[nodiscard]] std::string free_ones(std::string_view characters) const {
        std::string left(characters);
        for (const auto& given : {hints_.separator, hints_.quote, hints_.escape, hints_.comment}) {
            if (given && *given != '\0') std::erase(left, *given);
        }
        return left;
    }

    /// The first one is what separates nothing in a single column.
    [[nodiscard]] std::string possible_separators() const {
        if (hints_.separator) return {*hints_.separator};
        auto candidates = free_ones(",;\t|^~\x01\x02\x1e\x1f: "sv);
        const char first = candidates.front();
        std::erase_if(candidates, [&](char c) {
            const bool preferred = c == first || (c == '\t' && hints_.prefer_tab);
            return !preferred && text_.find(c) == std::string_view::npos;
        });
        return candidates;
    }

    [[nodiscard]] std::string quotes() const {
        if (hints_.quote) return {*hints_.quote};
        const bool has_double = text_.find('"') != std::string_view::npos;
        const bool has_single = text_.find('\'') != std::string_view::npos;
        auto candidates = free_ones(has_single ? "\"'" : "\"");
        if (has_double || candidates.empty()) candidates += '\0';
        return candidates;
    }

    /// The escape characters to try: a backslash when one precedes a character that it could escape.
    [[nodiscard]] std::string escapes(char quote, char separator) const {
        if (hints_.escape) return {*hints_.escape};
        if (free_ones("\\").empty()) return {'\0'};
        for (auto at = text_.find('\\'); at != std::string_view::npos && at + 1 < text_.size();
             at = text_.find('\\', at + 2)) {
            const char next = text_[at + 1];
            // \N is a missing value.
            if ((next == quote && quote != '\0') || next == separator || next == '\n' || next == 'N')
                return {'\0', '\\'};
        }
        return {'\0'};
    }

    std::string_view text_;
    bool whole_;
    bool skip_by_return_;
    const DialectHints& hints_;
    std::string separators_;
};

/// Decides only by the table, so that every caller with the same dialect gets the same answer.
bool ends_with_returns(std::string_view table, bool whole, const Dialect& dialect) {
    const DialectHints found{.separator = dialect.format.separator,
                             .quote = dialect.format.quote,
                             .escape = dialect.format.escape,
                             .comment = dialect.format.comment,
                             .skip = dialect.skip};
    return Search(table, whole, dialect.skip_by_return, found).best().format.returns;
}

/// Says why quotes are characters, where values begin with them.
std::optional<std::string> quotes_note(const SampleRows& sample, std::uint64_t skip) {
    for (const auto& row : sample.rows) {
        for (const auto& cell : row.cells) {
            if (!cell.text.starts_with('"')) continue;
            return fmt::format(
                "quotes are characters of the values, since that in line {} does not enclose its value: "
                "--quote '\"' would take them as quotes",
                format_count(skip + row.line));
        }
    }
    return std::nullopt;
}

/// Whether only the first row ends with a separator, which then begins no column.
bool first_ends_with_separator(std::span<const SampleRows::Row> rows) {
    const auto& first = rows.front().cells;
    if (rows.size() < 2 || first.size() < 3 || !first.back().text.empty() || first.back().quoted)
        return false;
    const auto shorter =
        std::ranges::count_if(rows, [&](const auto& row) { return row.cells.size() + 1 == first.size(); });
    return 2 * static_cast<std::size_t>(shorter) > rows.size();
}

/// What the rows of the table say, once its lines are known.
void judge_rows(const SampleRows& sample, const DialectHints& hints, Dialect& dialect) {
    if (!sample.rows.empty()) dialect.first_row_ends_with_separator = first_ends_with_separator(sample.rows);
    dialect.header = hints.header ? *hints.header : guess_header(sample.rows);
    if (hints.quote || dialect.format.quote != '\0') return;
    if (auto note = quotes_note(sample, dialect.skip)) dialect.notes.push_back(std::move(*note));
}

std::string skipped_note(std::uint64_t lines) {
    if (lines == 1) return "line 1 is in front of the table, and skipped";
    return fmt::format("lines 1 to {} are in front of the table, and skipped", format_count(lines));
}

}  // namespace

Dialect guess_dialect(std::string_view beginning, bool whole, const DialectHints& given) {
    auto hints = given;
    const auto named = named_separator(beginning);
    const bool free = named != hints.quote && named != hints.escape && named != hints.comment;
    if (named && free && !hints.separator) hints.separator = named;
    Dialect dialect{.skip = hints.skip.value_or(named ? 1 : 0),
                    .skip_by_return = lone_returns(beginning) > std::ranges::count(beginning, '\n')};
    const auto text = without_lines(beginning, dialect.skip, dialect.skip_by_return);
    const auto first_line = dialect.skip + 1;
    const Search search(text, whole, dialect.skip_by_return, hints);
    const auto trial = search.best();
    dialect.format = trial.format;
    dialect.certain = trial.first_agrees && trial.columns > 1 && trial.rows > 1 &&
                      trial.share >= nearly_every && trial.score > 0 &&
                      (trial.columns > 2 || trial.format.separator != ':') && trial.format.separator != ' ';
    dialect.skip += trial.skip;
    if (!hints.skip && trial.skip > 0) dialect.notes.push_back(skipped_note(dialect.skip));
    if (trial.comment_line > 0) {
        dialect.format.comment = '#';
        dialect.notes.push_back(
            fmt::format("lines that begin with # are comments, and skipped, first line {}: --comment none "
                        "would make rows of them",
                        format_count(first_line + trial.comment_line - 1)));
    }
    const auto table = without_lines(text, trial.skip, dialect.skip_by_return);
    // Texts with a separator here and there in a file of one column.
    const auto rows = sample_rows(table, whole, dialect.format).rows;
    if (!hints.separator && !trial.first_agrees && !rows.empty() && rows.front().cells.size() == 1)
        dialect.format.separator = search.default_separator();
    dialect.format.returns = ends_with_returns(table, whole, dialect);
    judge_rows(sample_rows(table, whole, dialect.format), hints, dialect);
    return dialect;
}

}  // namespace prevision::snapshot
