#include "snapshot/table_scanner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::string_view candidates = ",;\t|";
constexpr std::size_t most_header = 1 << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The first line end outside of quotes.
std::size_t find_line_end(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (!quoted && (text[i] == '\n' || text[i] == '\r')) return i;
    }
    return std::string_view::npos;
}

char tell_separator(std::string_view line) {
    std::array<std::size_t, candidates.size()> counts{};
    bool quoted = false;
    for (const char each : line) {
        if (each == '"') quoted = !quoted;
        const auto candidate = candidates.find(each);
        if (!quoted && candidate != std::string_view::npos) ++counts.at(candidate);
    }
    const auto* const most = std::ranges::max_element(counts);
    return candidates[static_cast<std::size_t>(most - counts.begin())];
}

}  // namespace

TableScanner::TableScanner(std::optional<char> separator, WantsMore each_row)
    : each_row_(std::move(each_row)),
      wants_rows_(static_cast<bool>(each_row_)),
      known_(false),
      separator_(separator.value_or('\0')) {}

void TableScanner::feed(std::string_view bytes) {
    if (known_) return feed_known(bytes);
    beginning_ += bytes;
    if (beginning_.size() < most_header && find_line_end(beginning_) == std::string::npos) return;
    known_ = true;
    std::string_view text = beginning_;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (separator_ == '\0') separator_ = tell_separator(text.substr(0, find_line_end(text)));
    feed_known(text);
    beginning_ = {};
}

void TableScanner::finish() {
    if (!known_) {
        beginning_ += '\n';
        feed({});
    }
    if (state_ == State::quoted) throw Error(ErrorClass::invalid, "invalid file: a quote is not closed");
    if (fields_ > 0 || state_ != State::start) end_record();
    if (records_ == 0) throw Error(ErrorClass::invalid, "invalid file: it is empty");
}

/// How far plain bytes go that are only counted.
std::size_t TableScanner::skip(std::string_view bytes, std::size_t from) const {
    if (keeps()) return from;
    while (from < bytes.size()) {
        const char each = bytes[from];
        const bool ends = state_ == State::quoted
                              ? each == '"' || each == '\0'
                              : each == separator_ || each == '\n' || each == '\r' || each == '\0';
        if (ends) break;
        ++from;
    }
    return from;
}

void TableScanner::feed_known(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (state_ == State::plain || state_ == State::quoted) i = skip(bytes, i);
        if (i < bytes.size()) take(bytes[i]);
    }
}

void TableScanner::take(char each) {
    if (each == '\0') throw Error(ErrorClass::invalid, "invalid file: it holds a NUL byte, so it is no text");
    const bool after_return = std::exchange(after_return_, false);
    if (state_ == State::quoted) {
        if (each == '"') {
            state_ = State::quote;
        } else {
            keep(each);
        }
        return;
    }
    if (each == '"' && state_ == State::quote) {
        keep('"');
        state_ = State::quoted;
    } else if (each == '"' && state_ == State::start) {
        was_quoted_ = true;
        state_ = State::quoted;
    } else if (each == separator_) {
        end_field();
    } else if (each == '\n' || each == '\r') {
        if (!(each == '\n' && after_return)) end_record();
        after_return_ = each == '\r';
    } else {
        keep(each);
        state_ = State::plain;
    }
}

void TableScanner::keep(char each) {
    if (!keeps()) return;
    if (field_.size() >= CsvReader::default_record_limit)
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid file: a value of record {} is too large", records_ + 1));
    field_ += each;
}

void TableScanner::end_field() {
    ++fields_;
    if (keeps()) {
        if (field_.empty() && !was_quoted_) {
            record_.emplace_back(std::nullopt);
        } else {
            record_.emplace_back(std::move(field_));
        }
        field_ = {};
    }
    was_quoted_ = false;
    state_ = State::start;
}

// An empty line is no record, unless an empty value is all that a record can hold.
void TableScanner::end_record() {
    const bool is_empty = fields_ == 0 && state_ == State::start;
    if (is_empty && header_.size() != 1) return;
    end_field();
    const auto count = std::exchange(fields_, 0);
    auto record = std::exchange(record_, {});
    if (records_++ == 0) {
        for (auto& name : record) header_.push_back(name.value_or(""));
        return;
    }
    if (count != header_.size()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid file: record {} has {} values, and the header {}", records_, count,
                                header_.size()),
                    fmt::format("is the separator really '{}'?", separator_));
    }
    if (wants_rows_) wants_rows_ = each_row_(std::move(record));
}

}  // namespace prevision::snapshot
