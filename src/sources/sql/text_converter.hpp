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

/// Converts text from an encoding. One thread at a time.
class TextDecoder {
  public:
    virtual ~TextDecoder() = default;

    /// Nothing when the text is not in the encoding, or the target does not have its characters.
    [[nodiscard]] virtual std::optional<std::string> convert(std::string_view text) = 0;

    /// Of the encoding, for messages.
    [[nodiscard]] virtual std::string name() const = 0;
};

/// Converts text from one encoding to another, by iconv(3).
class TextConverter final : public TextDecoder {
  public:
    /// Encodings as iconv(3) names them. Error invalid for an unknown one.
    TextConverter(const std::string& from, const std::string& to);

    [[nodiscard]] std::optional<std::string> convert(std::string_view text) override;
    [[nodiscard]] std::string name() const override { return from_; }

  private:
    struct Close {
        void operator()(void* descriptor) const;
    };
    std::string from_;
    std::unique_ptr<void, Close> descriptor_;
};

/// The connection's option `encoding`; may be empty. Error invalid for an unknown one.
std::string parse_encoding(const Connection& connection);

/// The columns with their names in UTF-8, converted from the encoding unless it is empty. Error integrity when a name is not
/// in it.
std::vector<Column> decode_names(std::vector<Column> columns, const std::string& encoding);

/// Makes UTF-8 of the text of rows. One thread at a time.
class RowDecoder {
  public:
    /// `decoders` has one for each column; nullptr: the text must be UTF-8 already. Columns and decoders must
    /// outlive it.
    RowDecoder(std::span<const Column> columns, std::vector<TextDecoder*> decoders);

    /// One encoding for all columns; when it is empty, the text must be UTF-8.
    RowDecoder(std::span<const Column> columns, const std::string& encoding);

    /// The row with its text in UTF-8; it lives until the next call. Error integrity, naming the column and the
    /// number of the row, when a text is not in its encoding or has no Unicode form.
    std::span<const Value> decode(std::span<const Value> row);

  private:
    std::unique_ptr<TextDecoder> own_;
    std::span<const Column> columns_;
    std::vector<TextDecoder*> decoders_;
    std::vector<Value> values_;
    std::vector<std::string> texts_;
    std::uint64_t row_ = 0;
};

}  // namespace prevision::sources
