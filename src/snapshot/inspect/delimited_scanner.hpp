#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "snapshot/inspect/delimiter_finder.hpp"

namespace prevision::snapshot {

/// How often something odd was seen, and in which line first.
struct Oddity {
    std::uint64_t count = 0;
    std::uint64_t line = 0;

    void see(std::uint64_t at) {
        if (count++ == 0) line = at;
    }
};

/// What a scanner found to be odd in a text.
struct ScannedOddities {
    Oddity stray_quotes;    ///< within quoted values, neither doubled nor at the end
    Oddity half_quoted;     ///< values with text after their closing quote
    Oddity open_quotes;     ///< that begin a value, and do not enclose it
    Oddity escaped_quotes;  ///< stray ones after a backslash, which is not the escape
    Oddity enclosed_rows;   ///< quoted values with lines that could be rows by themselves
    Oddity returns;         ///< CR that end no line, outside of quoted values
};

/// Cuts a delimited text (RFC 4180, and what is common beside it) into fields, as it comes and in bounded
/// memory. A value is quoted when its first character beside blanks is the quote; it ends at a quote that a
/// separator or the line's end follows. Two quotes are one. A quote before other text ends the quoted part:
/// the value goes on to the next separator (`"Acme" GmbH`), unless the quote opens a word (`"say "hi" there"`).
/// A quote that would enclose line ends, does not close as it should, and encloses lines that are rows by
/// themselves, is a character of the value (`5,"6 inch,7`).
///
/// The handler takes
///   void field(std::string_view text, bool quoted)  without the outer quotes; escapes and doubled quotes are
///                                                   still there, `plain_text` resolves them
///   void long_field(std::string_view beginning)     in its place when it is longer than the buffer
///   bool wants_whole(std::size_t size)              whether a field of that size, so far, is to come whole
///   void empty_line()                               in place of the only field of a line that has nothing
///   void record()                                   at the end of each line
/// The texts live until the call returns. Calls come when the buffer is full, and at the end.
template <class Handler>
class DelimitedScanner {
  public:
    static constexpr std::size_t default_buffer_size = std::size_t{256} << 10U;

    /// `line` is the number of the text's first line.
    DelimitedScanner(const DelimitedFormat& format, Handler& handler, std::uint64_t line = 1,
                     std::size_t buffer_size = default_buffer_size)
        : finder_(format),
          format_(format),
          handler_(handler),
          capacity_(buffer_size),
          // What the last block reads beyond the end must be there.
          buffer_(std::make_unique<char[]>(buffer_size + DelimiterFinder::block_size)),
          line_(line),
          record_line_(line) {}

    void write(std::string_view text) {
        while (!text.empty()) {
            const auto part = text.substr(0, capacity_ - size_);
            std::memcpy(buffer_.get() + size_, part.data(), part.size());
            size_ += part.size();
            text.remove_prefix(part.size());
            if (size_ == capacity_) scan_some(false);
        }
    }

    /// Hands on all fields that are certainly whole.
    void flush() { scan_some(false); }

    /// Hands on the last line, if it has no end.
    void finish() {
        scan_some(true);
        settle();
        if (returned_ == size_ && size_ > 0 && odd_.returns.count > 0) --odd_.returns.count;
        const bool pending = size_ > 0 || column_ > 0 || cut_;
        if (!pending || in_comment()) return;
        begin_ = 0;
        end_field(size_, true);
        handler_.record();
    }

    /// Takes the quote, in whose value the text ends, for a character where that makes rows of its lines.
    void settle() {
        while (encloses_rows(size_)) {
            reopen();
            scan_some(true);
        }
    }

    /// Whether the text ended inside of a quoted value.
    [[nodiscard]] bool ended_inside_quotes() const { return inside_; }
    /// The line of the text that was scanned last.
    [[nodiscard]] std::uint64_t line() const { return line_; }
    /// The line in which the record that ends now, or is unfinished, begins.
    [[nodiscard]] std::uint64_t record_line() const { return record_line_; }
    [[nodiscard]] const ScannedOddities& odd() const { return odd_; }

  private:
    void scan_some(bool last) {
        while (!scan(last)) reopen();
        if (begin_ == 0 && size_ == capacity_) {
            if (capacity_ > quoted_limit || !encloses_rows(size_)) return cut_field();
            reopen();
            return scan_some(last);
        }
        drop(begin_);
    }

    /// Goes through the bytes that are new, up to a quote whose meaning depends on bytes to come. False at a quote
    /// which shows that the one before the value does not enclose it.
    bool scan(bool last) {
        const char* data = buffer_.get();
        for (; scanned_ < size_; scanned_ += std::min(size_ - scanned_, DelimiterFinder::block_size)) {
            const auto block = scanned_;
            auto bits = finder_.find(data + block);
            const auto known = size_ - block;
            if (known < DelimiterFinder::block_size) bits &= (std::uint64_t{1} << known) - 1;
            for (; bits != 0; bits &= bits - 1) {
                const auto position = block + static_cast<std::size_t>(std::countr_zero(bits));
                if (position == literal_) continue;
                const char c = data[position];
                if (c == format_.quote && c != '\0') {
                    const auto quote = take_quote(position, last);
                    if (quote == Quote::taken) continue;
                    scanned_ = position;
                    return quote == Quote::unknown;
                }
                if (c == format_.escape && c != '\0') {
                    if (!in_comment()) literal_ = position + 1;
                    continue;
                }
                const bool separates = c == format_.separator;
                if (!separates && !begins_line(position, c)) continue;
                if (inside_) continue;
                if (in_comment()) {
                    if (!separates) end_comment(position);
                    continue;
                }
                end_field(position, !separates);
                begin_ = position + 1;
                if (separates) continue;
                if (column_ > 1) width_ = column_;
                column_ = 0;
                handler_.record();
                record_line_ = line_;
            }
        }
        return true;
    }

    /// Counts the lines. False for the LF of CR LF, where CR has begun the line, and for a CR that begins none.
    bool begins_line(std::size_t position, char c) {
        if (!format_.returns) {
            if (c == '\r') {
                see_return(position);
                return false;
            }
            if (position == returned_) --odd_.returns.count;
        } else if (c == '\n' && position == returned_) {
            if (!inside_) begin_ = position + 1;
            return false;
        }
        if (c == '\r') returned_ = position + 1;
        ++line_;
        return true;
    }

    /// It is odd unless LF follows.
    void see_return(std::size_t position) {
        if (inside_ || in_comment()) return;
        returned_ = position + 1;
        odd_.returns.see(line_);
    }

    void end_comment(std::size_t position) {
        begin_ = position + 1;
        comment_cut_ = cut_ = false;
        record_line_ = line_;
    }

    [[nodiscard]] bool in_comment() const {
        if (format_.comment == '\0' || column_ > 0) return false;
        return comment_cut_ || (!cut_ && begin_ < size_ && buffer_[begin_] == format_.comment);
    }

    enum class Quote { taken, unknown, shows_open };

    /// Unknown when what follows the quote must be known, and is not yet.
    Quote take_quote(std::size_t position, bool last) {
        if (!inside_ && closed_ == nowhere) {
            if (!cut_ && only_blanks(begin_, position)) {
                begin_ = position;
                inside_ = quoted_ = true;
                quoted_line_ = line_;
                may_enclose_rows_ = true;
            }
            return Quote::taken;
        }
        const auto left = size_ - position - 1;
        if (left < 2 && !last) return Quote::unknown;
        const char next = left > 0 ? buffer_[position + 1] : '\n';
        const char after = left > 1 ? buffer_[position + 2] : '\n';
        const bool line_ends = next == '\n' || (next == '\r' && (after == '\n' || format_.returns));
        if (inside_ && next == format_.quote) {
            literal_ = position + 1;
        } else if (next == format_.separator || line_ends) {
            if (line_ > quoted_line_ + 1 && encloses_rows(position)) odd_.enclosed_rows.see(quoted_line_);
            inside_ = false;
            closed_ = nowhere;
        } else if (encloses_rows(position + 1)) {
            return Quote::shows_open;
        } else {
            take_stray_quote(position, next);
        }
        return Quote::taken;
    }

    void take_stray_quote(std::size_t position, char next) {
        const char before = position == 0 ? '\0' : buffer_[position - 1];
        odd_.stray_quotes.see(line_);
        if (before == '\\' && format_.escape == '\0') odd_.escaped_quotes.see(line_);
        const bool opens_word = (before == ' ' || before == '(') && next != ' ';
        if (inside_ && opens_word) return;
        inside_ = false;
        closed_ = position;
    }

    /// Whether the lines of the quoted value, up to there, have as many values as the rows before, were it not
    /// for its quote.
    [[nodiscard]] bool encloses_rows(std::size_t end) {
        if (!inside_ || !may_enclose_rows_ || cut_ || line_ == quoted_line_ || width_ < 2 ||
            end - begin_ > quoted_limit)
            return false;
        std::string_view text(buffer_.get() + begin_, end - begin_);
        bool has_more = false;
        for (bool first = true;; first = false) {
            auto line_end = text.find('\n');
            if (format_.returns) line_end = std::min(line_end, text.find('\r'));
            const auto line = text.substr(0, line_end);
            const bool is_last = line_end == std::string_view::npos;
            const auto values = static_cast<std::size_t>(std::ranges::count(line, format_.separator)) +
                                (first ? column_ + 1 : 1);
            const bool is_empty = line.empty() || line == "\r";
            may_enclose_rows_ = is_empty || (is_last ? values <= width_ : values == width_);
            if (!may_enclose_rows_) return false;
            has_more = has_more || (!first && !is_empty);
            if (is_last) return has_more;
            text.remove_prefix(line_end + 1);
        }
    }

    /// Goes back to where the quoted value begins, with a quote that is a character of it.
    void reopen() {
        inside_ = quoted_ = false;
        literal_ = returned_ = nowhere;
        line_ = quoted_line_;
        scanned_ = begin_ + 1;
        odd_.open_quotes.see(line_);
    }

    [[nodiscard]] bool only_blanks(std::size_t from, std::size_t to) const {
        constexpr std::size_t most = 16;
        if (to - from > most) return false;
        return std::all_of(buffer_.get() + from, buffer_.get() + to, [](char c) { return c == ' '; });
    }

    [[gnu::always_inline]] void end_field(std::size_t end, bool line_ends) {
        if (!cut_) {
            std::string_view text(buffer_.get() + begin_, end - begin_);
            if (line_ends && !inside_ && text.ends_with('\r')) text.remove_suffix(1);
            if (line_ends && column_ == 0 && text.empty()) {
                handler_.empty_line();
            } else {
                const bool quoted = quoted_ && unquote(text);
                handler_.field(text, quoted);
            }
        }
        ++column_;
        quoted_ = cut_ = false;
        closed_ = nowhere;
    }

    /// Takes the outer quotes off; false when text follows the closing one, which leaves them.
    bool unquote(std::string_view& text) {
        const auto end = begin_ + text.size();
        if (closed_ != nowhere && !only_blanks(closed_ + 1, end)) {
            odd_.half_quoted.see(record_line_);
            return false;
        }
        const auto close = inside_ ? end : (closed_ != nowhere ? closed_ : end - 1);
        text = text.substr(1, close - begin_ - 1);
        return true;
    }

    /// The field fills the buffer: that grows where the field is wanted whole; else its beginning is handed
    /// on, and what is scanned of it goes.
    void cut_field() {
        if (in_comment()) {
            comment_cut_ = true;
        } else {
            if (!cut_ && handler_.wants_whole(size_)) return grow();
            if (!cut_) handler_.long_field({buffer_.get() + (quoted_ ? 1 : 0), capacity_ / 2});
            cut_ = true;
        }
        drop(scanned_);
    }

    void grow() {
        auto larger = std::make_unique<char[]>(2 * capacity_ + DelimiterFinder::block_size);
        std::memcpy(larger.get(), buffer_.get(), size_);
        buffer_ = std::move(larger);
        capacity_ *= 2;
    }

    void drop(std::size_t count) {
        std::memmove(buffer_.get(), buffer_.get() + count, size_ - count);
        size_ -= count;
        scanned_ -= count;
        for (auto* position : {&literal_, &returned_, &closed_}) {
            if (*position != nowhere) *position = *position >= count ? *position - count : nowhere;
        }
        begin_ = 0;
    }

    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    /// The longest value whose quote may turn out to be a character of it.
    static constexpr std::size_t quoted_limit = default_buffer_size;

    DelimiterFinder finder_;
    DelimitedFormat format_;
    Handler& handler_;
    std::size_t capacity_;
    std::unique_ptr<char[]> buffer_;
    std::uint64_t line_;
    std::uint64_t record_line_;
    std::size_t size_ = 0;     ///< bytes in the buffer
    std::size_t scanned_ = 0;  ///< of which nothing is left to find in those before
    std::size_t begin_ = 0;    ///< of the field
    std::size_t column_ = 0;
    std::size_t width_ = 0;  ///< values of the last line that had several
    std::size_t literal_ =
        nowhere;  ///< a character that delimits nothing: escaped, or the second of two quotes
    std::size_t returned_ = nowhere;  ///< what follows a CR
    std::size_t closed_ = nowhere;    ///< a closing quote with text behind it
    bool inside_ = false;             ///< of quotes
    bool quoted_ = false;             ///< the field is
    bool cut_ = false;                ///< the field's beginning is gone
    bool comment_cut_ = false;        ///< the comment's beginning is gone
    std::uint64_t quoted_line_ = 0;   ///< where the quoted value begins
    bool may_enclose_rows_ = false;   ///< that value: none of its lines has shown the contrary
    ScannedOddities odd_;
};

/// The value that a field's text stands for: without its escapes, and of a quoted field with one quote for two.
/// An escape before any other character than those that delimit, and itself, stays.
std::string plain_text(std::string_view text, const DelimitedFormat& format, bool quoted);

}  // namespace prevision::snapshot
