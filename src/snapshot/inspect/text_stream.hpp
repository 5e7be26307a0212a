#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapshot/inspect/text_encoding.hpp"

namespace prevision::snapshot {

/// Makes UTF-8 of the bytes of a file as they come, by the encoding that is given or that the bytes show. When
/// none is given and a byte order mark is missing, the first 64 KiB from the first byte beyond ASCII on decide.
class TextStream {
  public:
    /// A name that `encoding_name` returned, or nothing.
    explicit TextStream(std::optional<std::string> encoding) : encoding_(std::move(encoding)) {}

    /// The text of the beginning, without its byte order mark; `whole` when nothing follows. Call it first, once.
    std::string begin(std::string_view beginning, bool whole);

    /// The text of the next bytes; it lives until the next call. Texts in UTF-8 come as they are, wrong bytes
    /// included.
    std::string_view write(std::string_view bytes);

    /// What is left of the text.
    std::string_view finish();

    /// Of the bytes so far.
    [[nodiscard]] std::string encoding() const { return encoding_.value_or("utf-8"); }

    /// Whether the bytes are those of an encoding with units of two or four bytes.
    [[nodiscard]] bool has_wide_units() const;

    /// How sure a guessed encoding is, and how many bytes are not in it.
    [[nodiscard]] std::vector<std::string> notes() const;

  private:
    /// Settles the encoding by the bytes that wait for that; returns their text.
    std::string decide(bool last);

    std::optional<std::string> encoding_;
    std::optional<TextDecoder> decoder_;  ///< for all but UTF-8
    Utf8Check utf8_;
    std::string undecided_;
    std::string text_;
    std::size_t guessed_from_ = 0;  ///< bytes beyond ASCII
};

}  // namespace prevision::snapshot
