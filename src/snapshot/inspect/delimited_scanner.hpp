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

/// How a delimited text is written.
struct DelimitedFormat {
    char separator = ',';
    char quote = '"';      ///< '\0': values are never quoted
    char line_end = '\n';  ///< '\r' where lines end with that alone; a '\r' in front of '\n' is no value's

    bool operator==(const DelimitedFormat&) const = default;
};

/// Where the bytes of 64 are that delimit anything: bit i stands for byte i.
class DelimiterFinder {
  public:
    explicit DelimiterFinder(const DelimitedFormat& format)
        : separators_(repeat(format.separator)),
          quotes_(repeat(format.quote == '\0' ? format.separator : format.quote)),
          line_ends_(repeat(format.line_end)) {}

    static constexpr std::size_t block_size = 64;

    [[nodiscard]] std::uint64_t find(const char* block) const {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < 8; ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, block + std::size_t{8} * i, sizeof(word));
            if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
            const auto others =
                different(word ^ separators_) & different(word ^ quotes_) & different(word ^ line_ends_);
            // The top bits of the eight bytes move together into the top byte.
            const auto matches = (~others & top_bits) >> 7U;
            bits |= ((matches * 0x0102040810204080U) >> 56U) << (8 * i);
        }
        return bits;
    }

  private:
    static constexpr std::uint64_t top_bits = 0x8080808080808080U;

    static constexpr std::uint64_t repeat(char c) {
        return 0x0101010101010101U * static_cast<unsigned char>(c);
    }

    /// Sets the top bit of each byte that is not zero; exact, since no byte carries into the next.
    static constexpr std::uint64_t different(std::uint64_t word) {
        return ((word & ~top_bits) + ~top_bits) | word;
    }

    std::uint64_t separators_;
    std::uint64_t quotes_;
    std::uint64_t line_ends_;
};

/// Cuts a delimited text (RFC 4180, and what is common beside it) into fields, as it comes and in bounded
/// memory. A value is quoted when its first character is the quote; it ends at a quote that a separator or
/// the line's end follows. Two quotes are one, and a quote that stands elsewhere is part of the value.
///
/// The handler takes
///   void field(std::string_view text, bool quoted)  without the outer quotes, inner ones still doubled
///   void long_field(std::string_view beginning)     in its place when it is longer than the buffer
///   bool wants_whole(std::size_t size)              whether a field of that size, so far, is to come whole
///   void empty_line()                               in place of the only field of a line that has nothing
///   void record()                                   at the end of each line
/// The texts live until the call returns. Calls come when the buffer is full, and at the end.
template <class Handler>
class DelimitedScanner {
  public:
    static constexpr std::size_t default_buffer_size = std::size_t{256} << 10U;

    DelimitedScanner(const DelimitedFormat& format, Handler& handler,
                     std::size_t buffer_size = default_buffer_size)
        : finder_(format),
          format_(format),
          handler_(handler),
          capacity_(buffer_size),
          // What the last block reads beyond the end must be there.
          buffer_(std::make_unique<char[]>(buffer_size + DelimiterFinder::block_size)) {}

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
        if (!pending) return;
        begin_ = 0;
        end_field(size_, true);
        handler_.record();
    }

    /// Whether the text ended inside of a quoted value.
    [[nodiscard]] bool ended_inside_quotes() const { return inside_; }

  private:
    void scan_some(bool last) {
        scan(last);
        if (begin_ == 0 && size_ == capacity_) return cut_field();
        drop(begin_);
    }

    /// Goes through the bytes that are new, up to a quote whose meaning is still to come.
    void scan(bool last) {
        const char* data = buffer_.get();
        for (; scanned_ < size_; scanned_ += std::min(size_ - scanned_, DelimiterFinder::block_size)) {
            const auto block = scanned_;
            auto bits = finder_.find(data + block);
            const auto known = size_ - block;
            if (known < DelimiterFinder::block_size) bits &= (std::uint64_t{1} << known) - 1;
            for (; bits != 0; bits &= bits - 1) {
                const auto position = block + static_cast<std::size_t>(std::countr_zero(bits));
                const char c = data[position];
                if (c == format_.quote && format_.quote != '\0') {
                    if (take_quote(position, last)) continue;
                    scanned_ = position;
                    return;
                }
                if (inside_) continue;
                end_field(position, c == format_.line_end);
                begin_ = position + 1;
                if (c == format_.line_end) {
                    column_ = 0;
                    handler_.record();
                }
            }
        }
    }

    /// False when what follows the quote must be known, and is not yet.
    bool take_quote(std::size_t position, bool last) {
        if (!inside_) {
            if (position == begin_ && !cut_) inside_ = quoted_ = true;
            return true;
        }
        if (position == second_quote_) return true;
        const auto left = size_ - position - 1;
        if (left < 2 && !last) return false;
        const char next = left > 0 ? buffer_[position + 1] : format_.line_end;
        const char after = left > 1 ? buffer_[position + 2] : format_.line_end;
        if (next == format_.quote && left > 0) {
            second_quote_ = position + 1;
        } else if (next == format_.separator || next == format_.line_end ||
                   (next == '\r' && after == format_.line_end)) {
            inside_ = false;
        }
        return true;
    }

    void end_field(std::size_t end, bool line_ends) {
        if (!cut_) {
            std::string_view text(buffer_.get() + begin_, end - begin_);
            if (line_ends && format_.line_end == '\n' && text.ends_with('\r') && !inside_) {
                text.remove_suffix(1);
            }
            if (quoted_) {
                text.remove_prefix(1);
                if (!inside_) text.remove_suffix(1);
                handler_.field(text, true);
            } else if (line_ends && column_ == 0 && text.empty()) {
                handler_.empty_line();
            } else {
                handler_.field(text, false);
            }
        }
        ++column_;
        quoted_ = cut_ = false;
    }

    /// The field fills the buffer: that grows where the field is wanted whole; else its beginning is handed
    /// on, and what is scanned of it goes.
    void cut_field() {
        if (!cut_ && handler_.wants_whole(size_)) return grow();
        if (!cut_) handler_.long_field(std::string_view(buffer_.get() + (quoted_ ? 1 : 0), capacity_ / 2));
        cut_ = true;
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
        // A quote that went has no say any more.
        second_quote_ = second_quote_ >= count && second_quote_ != nowhere ? second_quote_ - count : nowhere;
        begin_ = 0;
    }

    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    DelimiterFinder finder_;
    DelimitedFormat format_;
    Handler& handler_;
    std::size_t capacity_;
    std::unique_ptr<char[]> buffer_;
    std::size_t size_ = 0;     ///< bytes in the buffer
    std::size_t scanned_ = 0;  ///< of which nothing is left to find in those before
    std::size_t begin_ = 0;    ///< of the field
    std::size_t column_ = 0;
    std::size_t second_quote_ = nowhere;  ///< of two that are one
    bool inside_ = false;                 ///< of quotes
    bool quoted_ = false;                 ///< the field is
    bool cut_ = false;                    ///< the field's beginning is gone
};

/// A quoted field's text with its doubled quotes made one.
std::string without_doubled_quotes(std::string_view text, char quote);

}  // namespace prevision::snapshot
