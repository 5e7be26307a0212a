#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.hpp"

namespace prevision::sources {

/// Converts text from one encoding to another. One thread at a time.
class TextConverter {
  public:
    /// Encodings as iconv(3) names them. Error invalid, naming the field `encoding`, for an unknown one.
    TextConverter(const std::string& from, const std::string& to);

    /// Nothing when the text is not in the one encoding, or the other does not have its characters.
    [[nodiscard]] std::optional<std::string> convert(std::string_view text);

  private:
    struct Close {
        void operator()(void* descriptor) const;
    };
    std::unique_ptr<void, Close> descriptor_;
};

/// Makes UTF-8 of the text of rows whose server does not know its encoding. One thread at a time.
class RowDecoder {
  public:
    /// `encoding` is that of the text; when it is empty, the text must be UTF-8. The columns must outlive it.
    RowDecoder(const std::string& encoding, std::span<const Column> columns);

    /// The row with its text in UTF-8; it lives until the next call. Error integrity, naming the column and the
    /// number of the row, when a text is not in the encoding.
    std::span<const Value> decode(std::span<const Value> row);

  private:
    std::string encoding_;
    std::optional<TextConverter> converter_;
    std::span<const Column> columns_;
    std::vector<Value> values_;
    std::vector<std::string> texts_;
    std::uint64_t row_ = 0;
};

}  // namespace prevision::sources
