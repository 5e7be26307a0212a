#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.hpp"

namespace prevision::snapshot {

/// Takes the encoder's bytes, in large chunks.
class ByteSink {
  public:
    virtual ~ByteSink() = default;
    virtual void write(std::string_view bytes) = 0;
};

/// Rows → CSV as RFC 4180 has it: UTF-8, comma, CRLF, the column names first, quotes only where they are
/// needed. NULL is an empty field and an empty text is `""`; binary is `\x` and hex digits. Call `finish`
/// after the last row.
class CsvEncoder final : public sources::RowSink {
  public:
    explicit CsvEncoder(ByteSink& sink);

    void columns(std::span<const sources::Column> columns) override;
    void row(std::span<const sources::Value> values) override;
    void finish();

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] const std::vector<sources::Column>& schema() const { return schema_; }

  private:
    void append(const sources::Value& value, sources::ValueKind kind);
    void append_text(std::string_view text);
    void flush();

    ByteSink& sink_;
    std::string buffer_;
    std::vector<sources::Column> schema_;
    std::uint64_t rows_ = 0;
};

}  // namespace prevision::snapshot
