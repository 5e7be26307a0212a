#include "snapshot/inspect/delimited_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

class DelimitedReader final : public RecordReader {
  public:
    DelimitedReader(const Dialect& dialect, RowPreview& preview)
        : dialect_(dialect), preview_(preview), scanner_(dialect.format, *this) {}

    void write(std::string_view text) override {
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
    [[nodiscard]] std::vector<sources::Column> schema() const override;
    [[nodiscard]] std::vector<std::string> notes() const override;
    [[nodiscard]] bool regular() const override {
        return uneven_ == 0 && cut_ == 0 && !scanner_.ended_inside_quotes();
    }

    // What the scanner calls.

    void field(std::string_view text, bool quoted) {
        if (collects_) collect(text, quoted);
        if (column_ < guesses_.size()) {
            auto& guess = guesses_[column_];
            if (!text.empty()) {
                guess.value(text);
            } else if (quoted) {
                guess.empty_text();
            } else {
                guess.missing();
            }
        }
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
        // What is beyond the limit is beyond a person, too.
        const auto room = row_bytes_limit - std::min(record_bytes_, row_bytes_limit);
        if (text.size() > room) ++cut_;
        text = text.substr(0, room);
        if (text.empty() && !quoted) {
            record_.emplace_back();
        } else {
            record_.emplace_back(quoted ? without_doubled_quotes(text, dialect_.format.quote) : text);
        }
        record_bytes_ += text.size() + 1;
    }

    void begin_table() {
        first_ = false;
        guesses_.resize(record_.size());
        for (std::size_t i = 0; i < record_.size(); ++i) {
            if (dialect_.header) {
                names_.push_back(std::move(record_[i]).value_or(""));
            } else {
                names_.push_back(fmt::format("column_{}", i + 1));
                see_again(guesses_[i], record_[i]);
            }
        }
        preview_.columns(schema());
        if (dialect_.header) return;
        ++rows_;
        preview_.row(record_);
    }

    static void see_again(TypeGuess& guess, const std::optional<std::string>& value) {
        if (!value) return guess.missing();
        if (value->empty()) return guess.empty_text();
        guess.value(*value);
    }

    void uneven_record() {
        for (auto column = column_; column < guesses_.size(); ++column) guesses_[column].missing();
        if (uneven_ == 0) first_uneven_ = rows_;
        ++uneven_;
    }

    Dialect dialect_;
    RowPreview& preview_;
    DelimitedScanner<DelimitedReader> scanner_;
    std::vector<std::string> names_;
    std::vector<TypeGuess> guesses_;
    std::size_t column_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t empty_lines_ = 0;
    std::uint64_t uneven_ = 0;
    std::uint64_t first_uneven_ = 0;
    std::uint64_t cut_ = 0;  ///< values that were wanted, and came in part
    PreviewRow record_;
    std::size_t record_bytes_ = 0;
    bool first_ = true;     ///< record
    bool collects_ = true;  ///< the record's values are wanted
    bool empty_ = false;    ///< the line is
};

std::vector<sources::Column> DelimitedReader::schema() const {
    std::vector<sources::Column> columns;
    for (std::size_t i = 0; i < names_.size(); ++i) columns.push_back(guesses_[i].column(names_[i]));
    return columns;
}

std::vector<std::string> DelimitedReader::notes() const {
    std::vector<std::string> notes;
    if (uneven_ > 0) {
        notes.push_back(fmt::format("{} of the rows have more or fewer values than columns, first row {}",
                                    format_count(uneven_), format_count(first_uneven_)));
    }
    if (empty_lines_ > 0) {
        notes.push_back(fmt::format("{} empty lines are not counted", format_count(empty_lines_)));
    }
    if (cut_ > 0)
        notes.push_back(fmt::format("{} of the values are too large to be shown", format_count(cut_)));
    if (scanner_.ended_inside_quotes()) notes.emplace_back("it ends inside of a quoted value");
    return notes;
}

}  // namespace

std::string without_doubled_quotes(std::string_view text, char quote) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        result += text[i];
        if (text[i] == quote && i + 1 < text.size() && text[i + 1] == quote) ++i;
    }
    return result;
}

std::unique_ptr<RecordReader> make_delimited_reader(const Dialect& dialect, RowPreview& preview) {
    return std::make_unique<DelimitedReader>(dialect, preview);
}

}  // namespace prevision::snapshot
