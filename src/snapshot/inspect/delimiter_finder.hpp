#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

/// Finds the delimiting bytes among 64 bytes: bit i of the result is set when byte i is one.
class DelimiterFinder {
  public:
    explicit DelimiterFinder(const DelimitedFormat& format)
        : separators_(repeat(format.separator)),
          quotes_(repeat(format.quote == '\0' ? format.separator : format.quote)),
          escapes_(repeat(format.escape == '\0' ? format.separator : format.escape)),
          returns_(repeat('\r')) {}

    static constexpr std::size_t block_size = 64;

    [[nodiscard]] std::uint64_t find(const char* block) const {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < block_size / sizeof(Bytes); ++i) {
            Bytes bytes;
            std::memcpy(&bytes, block + sizeof(Bytes) * i, sizeof(bytes));
            const auto found = (bytes == separators_) | (bytes == quotes_) | (bytes == escapes_) |
                               (bytes == line_feeds_) | (bytes == returns_);
            std::array<std::uint64_t, 2> words{};
            std::memcpy(words.data(), &found, sizeof(found));
            bits |= (gather(words[0]) | gather(words[1]) << 8U) << (sizeof(Bytes) * i);
        }
        return bits;
    }

  private:
    /// What the compiler has a register for, or makes one of.
    using Bytes = char __attribute__((vector_size(16)));

    static Bytes repeat(char c) { return Bytes{} + c; }

    /// The lowest bits of the eight bytes, the first byte's first.
    static std::uint64_t gather(std::uint64_t word) {
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        return ((word & 0x0101010101010101U) * 0x0102040810204080U) >> 56U;
    }

    Bytes separators_;
    Bytes quotes_;
    Bytes escapes_;
    Bytes returns_;
    Bytes line_feeds_ = repeat('\n');
};

}  // namespace prevision::snapshot
