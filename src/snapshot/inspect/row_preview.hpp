#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sources/source.hpp"

namespace prevision::snapshot {

/// The values of one row; an absent one is NULL.
using PreviewRow = std::vector<std::optional<std::string>>;

/// Hands the first rows of a file to a sink, as texts in UTF-8 with U+FFFD in place of wrong bytes.
class RowPreview {
  public:
    /// Without a sink nothing is wanted.
    RowPreview(sources::RowSink* sink, std::uint64_t limit) : sink_(sink), limit_(limit) {}

    [[nodiscard]] bool wants_rows() const { return sink_ != nullptr && rows_ < limit_; }
    [[nodiscard]] bool complete() const { return sink_ != nullptr && columns_sent_ && rows_ >= limit_; }
    [[nodiscard]] bool columns_sent() const { return columns_sent_; }

    /// Every value is handed on as it is written, so the kind of each column is text.
    void columns(std::vector<sources::Column> columns);
    void row(const PreviewRow& row);

  private:
    sources::RowSink* sink_;
    std::uint64_t limit_;
    std::uint64_t rows_ = 0;
    std::size_t width_ = 0;
    bool columns_sent_ = false;
};

}  // namespace prevision::snapshot
