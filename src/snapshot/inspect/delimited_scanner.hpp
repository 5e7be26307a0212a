#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace prevision::snapshot {

/// How a delimited text is written. '\0' stands for a character that is not used.
struct DelimitedFormat {
    char separator = ',';
    char quote = '"';
    char escape = '\0';   ///< takes the meaning of the character after it; two quotes are one without it, too
    char comment = '\0';  ///< a line that begins with it does not count
    bool returns = false;  ///< a CR ends a line by itself, too; LF and CR LF always do

    bool operator==(const DelimitedFormat&) const = default;
};

/// Where the bytes of 64 are that delimit anything: bit i stands for byte i.
class DelimiterFinder {
  public:
    explicit DelimiterFinder(const DelimitedFormat& format)
        : separators_(repeat(format.separator)),
          quotes_(repeat(format.quote == '\0' ? format.separator : format.quote)),
          escapes_(repeat(format.escape == '\0' ? format.separator : format.escape)),
          returns_(repeat(format.returns ? '\r' : '\n')),
          has_more_(format.escape != '\0' || format.returns) {}

    static constexpr std::size_t block_size = 64;

    [[nodiscard]] std::uint64_t find(const char* block) const {
        return has_more_ ? find_in<true>(block) : find_in<false>(block);
    }

  private:
    /// `more`: escapes and returns, too.
    template <bool more>
    [[nodiscard]] std::uint64_t find_in(const char* block) const {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < 8; ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, block + std::size_t{8} * i, sizeof(word));
            if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
            auto others =
                different(word ^ separators_) & different(word ^ quotes_) & different(word ^ line_feeds);
            if constexpr (more) others &= different(word ^ escapes_) & different(word ^ returns_);
            // The top bits of the eight bytes move together into the top byte.
            const auto matches = (~others & top_bits) >> 7U;
            bits |= ((matches * 0x0102040810204080U) >> 56U) << (8 * i);
        }
        return bits;
    }

    static constexpr std::uint64_t top_bits = 0x8080808080808080U;

    static constexpr std::uint64_t repeat(char c) {
        return 0x0101010101010101U * static_cast<unsigned char>(c);
    }
    static constexpr std::uint64_t line_feeds = 0x0a0a0a0a0a0a0a0aU;

    /// Sets the top bit of each byte that is not zero; exact, since no byte carries into the next.
    static constexpr std::uint64_t different(std::uint64_t word) {
        return ((word & ~top_bits) + ~top_bits) | word;
    }

    std::uint64_t separators_;
    std::uint64_t quotes_;
    std::uint64_t escapes_;
    std::uint64_t returns_;
    bool has_more_;
};

/// Cuts a delimited text (RFC 4180, and what is common beside it) into fields, as it comes and in bounded
/// memory. A value is quoted when its first character beside blanks is the quote; it ends at a quote that a
/// separator or the line's end follows. Two quotes are one. A quote before other text ends the quoted part:
/// the value goes on to the next separator (`"Acme" GmbH`), unless the quote opens a word (`"say "hi" there"`).
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
        const bool pending = size_ > 0 || column_ > 0 || cut_;
        if (!pending || in_comment()) return;
        begin_ = 0;
        end_field(size_, true);
        handler_.record();
    }

    /// Whether the text ended inside of a quoted value.
    [[nodiscard]] bool ended_inside_quotes() const { return inside_; }
    /// The line in which the record that ends now, or is unfinished, begins.
    [[nodiscard]] std::uint64_t record_line() const { return record_line_; }
    /// How many quotes within quoted values were neither doubled nor at the end.
    [[nodiscard]] std::uint64_t stray_quotes() const { return stray_quotes_; }
    /// How many values have text after their closing quote, and the line of the first one.
    [[nodiscard]] std::uint64_t half_quoted() const { return half_quoted_; }
    [[nodiscard]] std::uint64_t first_half_quoted_line() const { return first_half_quoted_line_; }

  private:
    void scan_some(bool last) {
        scan(last);
        if (begin_ == 0 && size_ == capacity_) return cut_field();
        drop(begin_);
    }

    /// Goes through the bytes that are new, up to a quote whose meaning depends on bytes to come.
    void scan(bool last) {
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
                    if (take_quote(position, last)) continue;
                    scanned_ = position;
                    return;
                }
                if (c == format_.separator) {
                    if (!inside_ && !in_comment()) end_value(position, false);
                } else if (c == format_.escape && c != '\0') {
                    if (!in_comment()) literal_ = position + 1;
                } else {
                    take_line_end(position, c);
                }
            }
        }
    }

    void take_line_end(std::size_t position, char c) {
        const bool follows_return = position == returned_;
        if (c == '\r') {
            returned_ = position + 1;
        } else if (follows_return) {
            // The second character of CR LF.
            if (!inside_) begin_ = position + 1;
            return;
        }
        ++line_;
        if (inside_) return;
        if (in_comment()) {
            begin_ = position + 1;
            comment_cut_ = cut_ = false;
        } else {
            end_value(position, true);
            column_ = 0;
            handler_.record();
        }
        record_line_ = line_;
    }

    void end_value(std::size_t position, bool line_ends) {
        end_field(position, line_ends);
        begin_ = position + 1;
    }

    [[nodiscard]] bool in_comment() const {
        if (format_.comment == '\0' || column_ > 0) return false;
        return comment_cut_ || (!cut_ && begin_ < size_ && buffer_[begin_] == format_.comment);
    }

    /// False when what follows the quote must be known, and is not yet.
    bool take_quote(std::size_t position, bool last) {
        if (!inside_ && closed_ == nowhere) {
            if (!cut_ && only_blanks(begin_, position)) {
                begin_ = position;
                inside_ = quoted_ = true;
            }
            return true;
        }
        const auto left = size_ - position - 1;
        if (left < 2 && !last) return false;
        const char next = left > 0 ? buffer_[position + 1] : '\n';
        const char after = left > 1 ? buffer_[position + 2] : '\n';
        const bool line_ends = next == '\n' || (next == '\r' && (after == '\n' || format_.returns));
        if (inside_ && next == format_.quote) {
            literal_ = position + 1;
        } else if (next == format_.separator || line_ends) {
            inside_ = false;
            closed_ = nowhere;
        } else {
            take_stray_quote(position, next);
        }
        return true;
    }

    void take_stray_quote(std::size_t position, char next) {
        ++stray_quotes_;
        const char before = position == 0 ? '\0' : buffer_[position - 1];
        const bool opens_word = (before == ' ' || before == '(') && next != ' ';
        if (inside_ && opens_word) return;
        inside_ = false;
        closed_ = position;
    }

    [[nodiscard]] bool only_blanks(std::size_t from, std::size_t to) const {
        constexpr std::size_t most = 16;
        if (to - from > most) return false;
        return std::all_of(buffer_.get() + from, buffer_.get() + to, [](char c) { return c == ' '; });
    }

    void end_field(std::size_t end, bool line_ends) {
        if (!cut_) {
            const bool after_return = line_ends && !inside_ && end > begin_ && buffer_[end - 1] == '\r';
            const auto text_end = after_return ? end - 1 : end;
            if (quoted_) {
                end_quoted(text_end);
            } else if (line_ends && column_ == 0 && text_end == begin_) {
                handler_.empty_line();
            } else {
                handler_.field({buffer_.get() + begin_, text_end - begin_}, false);
            }
        }
        ++column_;
        quoted_ = cut_ = false;
        closed_ = nowhere;
    }

    void end_quoted(std::size_t end) {
        if (closed_ != nowhere && !only_blanks(closed_ + 1, end)) {
            if (half_quoted_++ == 0) first_half_quoted_line_ = record_line_;
            return handler_.field({buffer_.get() + begin_, end - begin_}, false);
        }
        const auto close = inside_ ? end : (closed_ != nowhere ? closed_ : end - 1);
        handler_.field({buffer_.get() + begin_ + 1, close - begin_ - 1}, true);
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
    std::size_t literal_ =
        nowhere;  ///< a character that delimits nothing: escaped, or the second of two quotes
    std::size_t returned_ = nowhere;  ///< what follows a CR
    std::size_t closed_ = nowhere;    ///< a closing quote with text behind it
    bool inside_ = false;             ///< of quotes
    bool quoted_ = false;             ///< the field is
    bool cut_ = false;                ///< the field's beginning is gone
    bool comment_cut_ = false;        ///< the comment's beginning is gone
    std::uint64_t stray_quotes_ = 0;
    std::uint64_t half_quoted_ = 0;
    std::uint64_t first_half_quoted_line_ = 0;
};

/// The value that a field's text stands for: without its escapes, and of a quoted field with one quote for two.
/// An escape before any other character than those that delimit, and itself, stays.
std::string plain_text(std::string_view text, const DelimitedFormat& format, bool quoted);

}  // namespace prevision::snapshot
