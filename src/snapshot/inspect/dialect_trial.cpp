#include "snapshot/inspect/dialect_trial.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "snapshot/inspect/header_guess.hpp"
#include "snapshot/inspect/record_reader.hpp"
#include "snapshot/inspect/table_start.hpp"
#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t rows_looked_at = 1000;
constexpr std::size_t cells_looked_at = 100'000;

/// What the scanner calls: keeps the first rows.
class Sampler {
  public:
    Sampler(std::string_view text, bool whole, const DelimitedFormat& format)
        : has_nulls_(format.escape == '\\'), scanner_(format, *this, 1, text.size() + 1) {
        scanner_.write(text);
        scanner_.flush();
        // A line that is longer than all that is known is judged by its beginning.
        whole || sample_.rows.empty() ? scanner_.finish() : scanner_.settle();
        sample_.ends_inside = whole && scanner_.ended_inside_quotes();
        if (sample_.ends_inside && !sample_.rows.empty()) {
            const auto& unfinished = sample_.rows.back().cells.back().text;
            const auto line_end = unfinished.find('\n');
            sample_.swallows_lines = line_end != std::string::npos && line_end + 1 < unfinished.size();
        }
        sample_.odd = scanner_.odd();
    }

    void field(std::string_view text, bool quoted) {
        const bool enough = sample_.rows.size() >= rows_looked_at || sample_.cells >= cells_looked_at;
        if ((enough && row_.cells.empty()) || row_.cells.size() >= column_limit) return;
        if (has_nulls_ && !quoted && text == "\\N") {
            ++sample_.nulls;
            text = {};
        }
        ++sample_.cells;
        sample_.quoted += quoted ? 1U : 0U;
        row_.cells.push_back({.text = std::string(text), .quoted = quoted});
    }
    void long_field(std::string_view beginning) { field(beginning, false); }
    static bool wants_whole(std::size_t /*size*/) { return false; }
    void empty_line() { row_.cells.clear(); }
    void record() {
        if (!row_.cells.empty()) {
            row_.line = scanner_.record_line();
            row_.has_comment_mark = !row_.cells[0].quoted && row_.cells[0].text.starts_with('#');
            sample_.rows.push_back(std::move(row_));
        }
        row_ = {};
    }

    SampleRows take() { return std::move(sample_); }

  private:
    SampleRows sample_;
    SampleRows::Row row_;
    bool has_nulls_;
    DelimitedScanner<Sampler> scanner_;
};

/// How likely a separator is before the text is looked at. Colons and blanks are in many values.
double prior(char separator) {
    constexpr std::array<std::pair<char, double>, 8> priors{{{'^', 0.9},
                                                             {'~', 0.9},
                                                             {':', 0.5},
                                                             {' ', 0.25},
                                                             {'\x01', 1.2},
                                                             {'\x02', 1.2},
                                                             {'\x1e', 1.2},
                                                             {'\x1f', 1.2}}};
    const auto* found = std::ranges::find(priors, separator, &std::pair<char, double>::first);
    return found == priors.end() ? 1 : found->second;
}

bool is_weak(char separator) { return separator == ':' || separator == ' '; }

/// Whether a value that is not quoted holds nothing that may have been meant as a separator or a quote.
/// In prose a blank follows those.
bool is_clean(const SampleRows::Cell& cell) {
    if (cell.quoted || cell.text.empty()) return true;
    const std::string_view text = cell.text;
    if (text.find_first_of("\t\r\"\x01\x02\x1e\x1f") != std::string_view::npos) return false;
    for (auto at = text.find_first_of(",;|"); at != std::string_view::npos;
         at = text.find_first_of(",;|", at + 1)) {
        const bool followed_by_blank = at + 1 == text.size() || text[at + 1] == ' ';
        const bool in_number = text[at] == ',' && looks_like_number(text);
        if (!followed_by_blank && !in_number) return false;
    }
    return true;
}

/// Whether most lines are as a whole one time, timestamp or address, in which a weak separator is a part.
bool lines_are_values(std::span<const SampleRows::Row> rows, char separator) {
    std::size_t values = 0;
    for (const auto& row : rows) {
        std::string line;
        bool digits = row.cells.size() <= 3;
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const auto& text = row.cells[i].text;
            if (i > 0) line += separator;
            line += text;
            digits = digits && text.size() == 2 && looks_like_number(text);
        }
        const bool address = line.find("://") != std::string::npos;
        values += digits || address || form_of(line) != ValueForm::text ? 1U : 0U;
    }
    return 2 * values > rows.size();
}

double score_of(const Trial& trial, const SampleRows& sample) {
    std::size_t cells = 0;
    std::size_t clean = 0;
    for (const auto& row : sample.rows) {
        cells += row.cells.size();
        clean += static_cast<std::size_t>(std::ranges::count_if(row.cells, is_clean));
    }
    const auto clean_share = static_cast<double>(clean) / static_cast<double>(cells);
    // What is odd within one value matters less than what the rows look like.
    const auto odd = static_cast<double>(sample.odd.stray_quotes.count + sample.odd.open_quotes.count) /
                     static_cast<double>(sample.cells + 1);
    const bool title_without_header = trial.skip > 0 && header_sign(sample.rows) == HeaderSign::denied;
    return trial.share * trial.share * clean_share * clean_share *
           (1 - 1 / static_cast<double>(trial.columns)) * prior(trial.format.separator) *
           (trial.first_agrees ? 1 : 0.5) * (1 - std::min(1.0, odd) / 4) * (sample.nulls > 0 ? 1.05 : 1) *
           (sample.swallows_lines ? 0.3 : 1) * (title_without_header ? 0.4 : 1);
}

}  // namespace

bool looks_like_number(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos &&
           text.find_first_not_of("0123456789.,-+ %$'") == std::string_view::npos;
}

SampleRows sample_rows(std::string_view text, bool whole, const DelimitedFormat& format) {
    return Sampler(text, whole, format).take();
}

Trial try_format(const DelimitedFormat& format, SampleRows sample, bool may_skip, bool may_comment) {
    Trial trial{.format = format};
    auto& rows = sample.rows;
    if (may_comment) trial.comment_line = take_comments(rows);
    if (rows.empty()) return trial;
    trial.columns = most_common_width(rows);
    // A long title may have more lines than a short table, which ends the file.
    if (trial.columns < 2 && may_skip && rows.size() > 2) trial.columns = rows.back().cells.size();
    if (may_skip && !is_weak(format.separator) && trial.columns > 1) {
        const auto first = first_row_of_table(rows, trial.columns);
        trial.skip = first > 0 ? rows[first].line - 1 : 0;
        rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(first));
    }
    if (trial.skip == 0) trial.columns = most_common_width(rows);
    trial.rows = rows.size();
    const auto width = rows.front().cells.size();
    if (trial.columns == width + 1 && 2 * rows_of_width(rows, width) > rows.size()) trial.columns = width;
    const auto& last = rows.front().cells.back();
    const bool ends_empty = width > 1 && last.text.empty() && !last.quoted;
    trial.first_agrees = width == trial.columns || (ends_empty && width == trial.columns + 1);
    trial.share = static_cast<double>(rows_of_width(rows, trial.columns)) / static_cast<double>(trial.rows);
    const bool is_part = is_weak(format.separator) && lines_are_values(rows, format.separator);
    if (trial.columns > 1 && !is_part) trial.score = score_of(trial, sample);
    return trial;
}

}  // namespace prevision::snapshot
