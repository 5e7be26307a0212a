#include "snapshot/inspect/delimited_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

class DelimitedReader final : public RecordReader {
  public:
    DelimitedReader(const Dialect& dialect, RowPreview& preview)
        : dialect_(dialect),
          preview_(preview),
          skipped_(dialect.skip, dialect.skip_by_return),
          scanner_(dialect.format, *this, dialect.skip + 1) {}

    void write(std::string_view text) override {
        skipped_.write(text);
        if (problem().empty()) scanner_.write(text);
    }

    void flush() override {
        if (problem().empty()) scanner_.flush();
    }

    void finish() override {
        if (problem().empty()) scanner_.finish();
        if (problem().empty() && !first_) preview_.columns(schema());
    }

    [[nodiscard]] std::uint64_t rows() const override { return rows_; }
    [[nodiscard]] std::uint64_t line() override {
        flush();
        return scanner_.line();
    }
    [[nodiscard]] std::vector<sources::Column> schema() const override;
    [[nodiscard]] std::vector<std::string> notes() const override;
    [[nodiscard]] bool regular() const override {
        return uneven_.count == 0 && cut_ == 0 && !scanner_.ended_inside_quotes();
    }

    // What the scanner calls.

    [[gnu::always_inline]] void field(std::string_view text, bool quoted) {
        // MySQL and PostgreSQL write NULL so.
        if (dialect_.format.escape == '\\' && text == "\\N" && !quoted) text = {};
        if (collects_) collect(text, quoted);
        if (column_ < guesses_.size()) see(guesses_[column_], text, quoted);
        ends_empty_ = text.empty() && !quoted;
        ++column_;
    }

    [[nodiscard]] bool wants_whole(std::size_t size) const { return collects_ && size < row_bytes_limit; }

    void long_field(std::string_view beginning) {
        if (collects_) {
            collect(beginning, false);
            ++cut_;
        }
        if (column_ < guesses_.size()) guesses_[column_].form(ValueForm::text);
        ++column_;
    }

    void empty_line() {
        if (guesses_.size() == 1) {
            field({}, false);
        } else {
            empty_ = true;
        }
    }

    void record() {
        if (empty_) {
            ++empty_lines_;
            empty_ = false;
            return;
        }
        if (first_) {
            begin_table();
        } else {
            ++rows_;
            if (column_ != guesses_.size()) uneven_record();
            if (collects_) preview_.row(record_);
        }
        column_ = 0;
        record_.clear();
        record_bytes_ = 0;
        collects_ = preview_.wants_rows();
    }

  private:
    void collect(std::string_view text, bool quoted) {
        if (first_ && (record_.size() >= column_limit || record_bytes_ >= row_bytes_limit)) {
            return fail(
                fmt::format("it has more than {} columns, or very long names", format_count(column_limit)));
        }
        const auto room = row_bytes_limit - std::min(record_bytes_, row_bytes_limit);
        if (text.size() > room) ++cut_;
        text = text.substr(0, room);
        if (text.empty() && !quoted) {
            record_.emplace_back();
        } else {
            record_.emplace_back(plain_text(text, dialect_.format, quoted));
        }
        record_bytes_ += text.size() + 1;
    }

    void begin_table() {
        first_ = false;
        if (dialect_.first_row_ends_with_separator && record_.size() > 1) {
            record_.pop_back();
            separators_at_end_.see(0, scanner_.record_line());
        }
        guesses_.resize(record_.size());
        for (std::size_t i = 0; i < record_.size(); ++i) {
            if (dialect_.header) {
                names_.push_back(std::move(record_[i]).value_or(""));
            } else {
                names_.push_back(fmt::format("column_{}", i + 1));
                see(guesses_[i], record_[i].value_or(""), record_[i].has_value());
            }
        }
        preview_.columns(schema());
        if (dialect_.header) return;
        ++rows_;
        preview_.row(record_);
    }

    [[gnu::always_inline]] static void see(TypeGuess& guess, std::string_view text, bool quoted) {
        if (!text.empty()) {
            guess.value(text);
        } else if (quoted) {
            guess.empty_text();
        } else {
            guess.missing();
        }
    }

    void uneven_record() {
        for (auto column = column_; column < guesses_.size(); ++column) guesses_[column].missing();
        const bool separator_at_end = column_ == guesses_.size() + 1 && ends_empty_;
        (separator_at_end ? separators_at_end_ : uneven_).see(rows_, scanner_.record_line());
    }

    /// Odd rows: how many, and the first one.
    struct OddRows {
        std::uint64_t count = 0;
        std::uint64_t row = 0;
        std::uint64_t line = 0;

        void see(std::uint64_t at_row, std::uint64_t at_line) {
            if (count++ > 0) return;
            row = at_row;
            line = at_line;
        }
    };

    Dialect dialect_;
    RowPreview& preview_;
    LineSkipper skipped_;
    DelimitedScanner<DelimitedReader> scanner_;
    std::vector<std::string> names_;
    std::vector<TypeGuess> guesses_;
    std::size_t column_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t empty_lines_ = 0;
    OddRows uneven_;
    OddRows separators_at_end_;
    std::uint64_t cut_ = 0;  ///< values that were wanted, and came in part
    PreviewRow record_;
    std::size_t record_bytes_ = 0;
    bool first_ = true;        ///< record
    bool collects_ = true;     ///< the record's values are wanted
    bool empty_ = false;       ///< the line is
    bool ends_empty_ = false;  ///< the last field is missing
};

std::vector<sources::Column> DelimitedReader::schema() const {
    std::vector<sources::Column> columns;
    for (std::size_t i = 0; i < names_.size(); ++i) columns.push_back(guesses_[i].column(names_[i]));
    return columns;
}

std::vector<std::string> DelimitedReader::notes() const {
    auto notes = dialect_.notes;
    if (uneven_.count > 0) {
        notes.push_back(
            fmt::format("{} of the rows have more or fewer values than columns, first row {} in line {}",
                        format_count(uneven_.count), format_count(uneven_.row), format_count(uneven_.line)));
    }
    if (separators_at_end_.count > 0) {
        notes.push_back(fmt::format("{} of the rows end with a separator, first in line {}",
                                    format_count(separators_at_end_.count),
                                    format_count(separators_at_end_.line)));
    }
    const auto add = [&](const Oddity& odd, std::string_view what, std::string_view advice = "") {
        if (odd.count == 0) return;
        notes.push_back(fmt::format("{} {}, first in line {}{}", format_count(odd.count), what,
                                    format_count(odd.line), advice));
    };
    const auto& odd = scanner_.odd();
    add(odd.half_quoted, "of the values go on after their closing quote");
    add(odd.open_quotes, "of the values begin with a quote that does not enclose them");
    add(odd.enclosed_rows, "of the quoted values hold lines that could be rows",
        ": --quote none would make rows of them");
    add(odd.escaped_quotes, "of the quotes have a backslash in front",
        ", which --escape '\\' would read as their escape");
    add(odd.returns, "of the values hold a CR", ": if rows should end there, make all line ends the same");
    if (empty_lines_ > 0) {
        notes.push_back(fmt::format("{} empty lines are not counted", format_count(empty_lines_)));
    }
    if (cut_ > 0)
        notes.push_back(fmt::format("{} of the values are too large to be shown", format_count(cut_)));
    if (scanner_.ended_inside_quotes()) {
        notes.push_back(fmt::format("it ends inside of a quoted value, of the row that begins in line {}",
                                    format_count(scanner_.record_line())));
    }
    return notes;
}

}  // namespace

void LineSkipper::write(std::string_view& text) {
    while (!text.empty() && (lines_ > 0 || after_return_)) {
        if (std::exchange(after_return_, false) && text.front() == '\n') {
            text.remove_prefix(1);
            continue;
        }
        if (lines_ == 0) return;
        const auto end = text.find(by_return_ ? '\r' : '\n');
        if (end == std::string_view::npos) {
            text = {};
            return;
        }
        after_return_ = by_return_;
        text.remove_prefix(end + 1);
        --lines_;
    }
}

std::string plain_text(std::string_view text, const DelimitedFormat& format, bool quoted) {
    const auto delimits = [&](char c) {
        return c == format.escape || c == format.quote || c == format.separator || c == '\n' || c == '\r';
    };
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool has_next = i + 1 < text.size();
        const bool escapes =
            format.escape != '\0' && text[i] == format.escape && has_next && delimits(text[i + 1]);
        const bool doubled = quoted && text[i] == format.quote && has_next && text[i + 1] == format.quote;
        if (escapes || doubled) ++i;
        result += text[i];
    }
    return result;
}

std::unique_ptr<RecordReader> make_delimited_reader(const Dialect& dialect, RowPreview& preview) {
    return std::make_unique<DelimitedReader>(dialect, preview);
}

}  // namespace prevision::snapshot
