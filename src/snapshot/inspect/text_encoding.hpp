#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sources/source.hpp"

namespace prevision::snapshot {

enum class TextEncoding { utf8, utf16le, utf16be, windows1252, iso8859_1 };

/// "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1".
std::string_view name_of(TextEncoding encoding);

/// By one of the names above, or another common one ("latin1", "cp1252"); nothing for what is unknown.
std::optional<TextEncoding> parse_encoding(std::string_view name);

/// What the first bytes of a text tell of its encoding: a byte order mark, or the zeros that UTF-16 has
/// beside ASCII letters. Nothing for all else, which is UTF-8 or an encoding of one byte a character.
std::optional<TextEncoding> told_encoding(std::string_view beginning);

/// How long the byte order mark at the beginning is; 0 when there is none.
std::size_t byte_order_mark_size(std::string_view beginning, TextEncoding encoding);

/// A text of one byte a character, or UTF-8 with U+FFFD in place of what is not. Not for UTF-16.
std::string to_utf8(std::string_view text, TextEncoding encoding);

/// UTF-16 → UTF-8, cut anywhere; U+FFFD in place of half a pair.
class Utf16Decoder {
  public:
    explicit Utf16Decoder(TextEncoding encoding) : big_endian_(encoding == TextEncoding::utf16be) {}

    /// The text of the next bytes; it lives until the next call.
    std::string_view write(std::string_view bytes);

    /// What is left at the end.
    std::string_view finish();

  private:
    void unit(std::uint32_t unit);

    std::string text_;
    bool big_endian_;
    std::optional<unsigned char> half_unit_;
    std::optional<std::uint32_t> half_pair_;
};

/// Tells UTF-8 from other encodings as the text goes by, cut anywhere.
class Utf8Check {
  public:
    void write(std::string_view bytes);
    void finish();

    /// windows-1252 when more characters beyond ASCII were wrong in UTF-8 than right, else UTF-8.
    [[nodiscard]] TextEncoding encoding() const;
    /// How many bytes were wrong.
    [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

  private:
    void check(std::string_view bytes, bool last);
    void count(std::size_t character_size);

    std::string tail_;  ///< an unfinished character
    std::uint64_t right_ = 0;
    std::uint64_t wrong_ = 0;
};

}  // namespace prevision::snapshot
