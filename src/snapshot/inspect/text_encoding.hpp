#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace prevision::snapshot {

/// The name that an encoding is kept under: "latin1" becomes "iso-8859-1", any other is put in lower case.
/// Nothing when iconv(3) does not know it.
std::optional<std::string> encoding_name(std::string_view name);

/// How many ASCII bytes the text begins with.
std::size_t ascii_size(std::string_view text);

/// Converts text to UTF-8 piece by piece, cut anywhere, with U+FFFD in place of what is not in the encoding.
class TextDecoder {
  public:
    /// A name that `encoding_name` returned.
    explicit TextDecoder(const std::string& encoding);

    /// The text of the next bytes; it lives until the next call.
    std::string_view write(std::string_view bytes);

    /// U+FFFD when the text ends within a character.
    std::string_view finish();

    /// How many times U+FFFD was written.
    [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

  private:
    struct Close {
        void operator()(void* descriptor) const;
    };

    void convert(std::string_view bytes);
    void replace();

    std::unique_ptr<void, Close> descriptor_;
    std::size_t unit_;  ///< the bytes of the shortest character
    std::string tail_;  ///< an unfinished character
    std::string text_;
    std::uint64_t wrong_ = 0;
};

/// Counts the characters beyond ASCII that are UTF-8, and the bytes that are not; cut anywhere.
class Utf8Check {
  public:
    void write(std::string_view bytes);
    /// Counts an unfinished character at the end as wrong.
    void finish();

    [[nodiscard]] std::uint64_t right() const { return right_; }
    [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

  private:
    void check(std::string_view bytes, bool last);
    void count(std::size_t character_size);

    std::string tail_;  ///< an unfinished character
    std::uint64_t right_ = 0;
    std::uint64_t wrong_ = 0;
};

}  // namespace prevision::snapshot
