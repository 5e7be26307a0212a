#include "snapshot/inspect/dialect.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t rows_looked_at = 1000;

/// The first rows of the text; it is a view of none of it.
class SampleRows {
  public:
    void field(std::string_view text, bool quoted) {
        if (rows_.size() >= rows_looked_at) return;
        ++fields_;
        quoted_ += quoted ? 1U : 0U;
        spans_lines_ = spans_lines_ || (quoted && text.find_first_of("\r\n") != std::string_view::npos);
        row_.emplace_back(text);
    }
    void long_field(std::string_view beginning) { field(beginning, false); }
    static bool wants_whole(std::size_t /*size*/) { return false; }
    void empty_line() { row_.clear(); }
    void ended_inside_quotes() { spans_lines_ = true; }
    void record() {
        if (!row_.empty()) rows_.push_back(std::move(row_));
        row_.clear();
    }

    [[nodiscard]] const std::vector<std::vector<std::string>>& rows() const { return rows_; }
    /// Whether a quoted value has a line end in it, or no end.
    [[nodiscard]] bool spans_lines() const { return spans_lines_; }
    [[nodiscard]] double quoted_share() const {
        return fields_ == 0 ? 0 : static_cast<double>(quoted_) / static_cast<double>(fields_);
    }

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::string> row_;
    std::size_t fields_ = 0;
    std::size_t quoted_ = 0;
    bool spans_lines_ = false;
};

SampleRows sample_rows(std::string_view beginning, bool whole, const DelimitedFormat& format) {
    SampleRows rows;
    DelimitedScanner scanner(format, rows, beginning.size() + 1);
    scanner.write(beginning);
    scanner.flush();
    // A line that is longer than all that is known is judged by its beginning.
    if (whole || rows.rows().empty()) scanner.finish();
    if (whole && scanner.ended_inside_quotes()) rows.ended_inside_quotes();
    return rows;
}

/// How well a separator cuts the text.
struct Trial {
    DelimitedFormat format;
    std::size_t columns = 1;  ///< of most rows
    double share = 0;         ///< of the rows that have as many
    bool first_agrees = false;
    std::size_t rows = 0;

    [[nodiscard]] double score() const { return columns < 2 ? 0 : share + (first_agrees ? 1 : 0); }
    [[nodiscard]] bool better_than(const Trial& other) const {
        return score() != other.score() ? score() > other.score() : columns > other.columns;
    }
};

Trial try_format(const DelimitedFormat& format, const SampleRows& sample) {
    Trial trial{.format = format, .rows = sample.rows().size()};
    std::map<std::size_t, std::size_t> widths;
    for (const auto& row : sample.rows()) ++widths[row.size()];
    const auto most = std::max_element(widths.begin(), widths.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == widths.end()) return trial;
    trial.columns = most->first;
    trial.share = static_cast<double>(most->second) / static_cast<double>(trial.rows);
    trial.first_agrees = sample.rows().front().size() == trial.columns;
    return trial;
}

/// Lines end with '\n' where there is one outside of quotes, else with '\r'.
char guess_line_end(std::string_view text, char quote) {
    bool inside = false;
    bool carriage_return = false;
    for (const char c : text) {
        if (c == quote && quote != '\0') inside = !inside;
        if (inside) continue;
        if (c == '\n') return '\n';
        if (c == '\r') carriage_return = true;
    }
    if (carriage_return) return '\r';
    const bool no_line_feed = text.find('\n') == std::string_view::npos;
    return no_line_feed && text.find('\r') != std::string_view::npos ? '\r' : '\n';
}

std::vector<char> separators_to_try(const DialectHints& hints) {
    if (hints.separator) return {*hints.separator};
    if (hints.prefer_tab) return {'\t', ',', ';', '|'};
    return {',', ';', '\t', '|'};
}

Trial best_trial(std::string_view beginning, bool whole, const DialectHints& hints) {
    std::vector<char> quotes{hints.quote.value_or('"')};
    if (!hints.quote && beginning.find('"') == std::string_view::npos &&
        beginning.find('\'') != std::string_view::npos) {
        quotes.push_back('\'');
    }
    const auto separators = separators_to_try(hints);
    Trial best{.format = {separators.front(), quotes.front(), guess_line_end(beginning, quotes.front())}};
    for (const char quote : quotes) {
        const char line_end = guess_line_end(beginning, quote);
        for (const char separator : separators) {
            const DelimitedFormat format{separator, quote, line_end};
            const auto sample = sample_rows(beginning, whole, format);
            // An apostrophe at the start of a few values is one.
            constexpr double often = 0.25;
            if (quote != quotes.front() && (sample.spans_lines() || sample.quoted_share() < often)) continue;
            const auto trial = try_format(format, sample);
            if (quote != quotes.front() && trial.rows + 1 < best.rows) continue;
            if (trial.better_than(best) || quote != best.format.quote) best = trial;
            if (hints.prefer_tab && separator == '\t' && trial.columns > 1) return trial;
        }
    }
    return best;
}

/// What speaks for the first row being the names, and what against it.
bool guess_header(const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty()) return true;
    const auto& first = rows.front();
    std::size_t unlike = 0;
    std::size_t alike = 0;
    bool typed = false;
    for (std::size_t column = 0; column < first.size(); ++column) {
        TypeGuess below;
        for (std::size_t row = 1; row < rows.size(); ++row) {
            if (column < rows[row].size() && !rows[row][column].empty()) below.value(rows[row][column]);
        }
        if (first[column].empty()) continue;
        const auto form = form_of(first[column]);
        typed = typed || form != ValueForm::text;
        if (below.form() == ValueForm::nothing || below.form() == ValueForm::text) continue;
        const auto joined = wider(below.form(), form);
        ++(joined == ValueForm::text ? unlike : alike);
    }
    if (unlike + alike > 0) return unlike > alike;
    if (rows.size() == 1 && typed) return false;
    // Names differ from each other, and only the first (of a column of row numbers) is left out.
    const std::set<std::string> distinct(first.begin(), first.end());
    return distinct.size() == first.size() && std::find(first.begin() + 1, first.end(), "") == first.end();
}

}  // namespace

Dialect guess_dialect(std::string_view beginning, bool whole, const DialectHints& hints) {
    auto trial = best_trial(beginning, whole, hints);
    constexpr double nearly_every = 0.9;
    Dialect dialect{
        .format = trial.format,
        .certain = trial.first_agrees && trial.columns > 1 && trial.rows > 1 && trial.share >= nearly_every};
    // Texts with a separator here and there in a file of one column.
    if (!hints.separator && !trial.first_agrees && trial.columns > 1) {
        const auto rows = sample_rows(beginning, whole, trial.format).rows();
        if (rows.front().size() == 1) dialect.format.separator = separators_to_try(hints).front();
    }
    dialect.header = hints.header.value_or(true);
    if (!hints.header) dialect.header = guess_header(sample_rows(beginning, whole, dialect.format).rows());
    return dialect;
}

}  // namespace prevision::snapshot
