#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/inspect/text_encoding.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// The values of one row; nothing is NULL.
using PreviewRow = std::vector<std::optional<std::string>>;

/// Hands the first rows of a file to a sink, as texts in UTF-8.
class RowPreview {
  public:
    /// No sink: nothing is wanted. An encoding that is known beforehand; else each text that is not UTF-8 is
    /// taken for windows-1252.
    RowPreview(sources::RowSink* sink, std::uint64_t limit, std::optional<TextEncoding> encoding)
        : sink_(sink), limit_(limit), encoding_(encoding) {}

    [[nodiscard]] bool wanted() const { return sink_ != nullptr; }
    [[nodiscard]] bool wants_rows() const { return sink_ != nullptr && rows_ < limit_; }
    [[nodiscard]] bool complete() const { return sink_ != nullptr && columns_sent_ && rows_ >= limit_; }
    [[nodiscard]] bool columns_sent() const { return columns_sent_; }

    /// The names as they are in the file. Every value is handed on as it is written: the kind is text.
    void columns(std::vector<sources::Column> columns);
    void row(const PreviewRow& row);

  private:
    [[nodiscard]] std::string text(std::string_view bytes) const;

    sources::RowSink* sink_;
    std::uint64_t limit_;
    std::optional<TextEncoding> encoding_;
    std::uint64_t rows_ = 0;
    std::size_t width_ = 0;
    bool columns_sent_ = false;
};

}  // namespace prevision::snapshot
