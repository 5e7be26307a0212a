#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/byte_sink.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// Writes rows as CSV (RFC 4180): UTF-8, comma, CRLF, the column names first, quotes only where they are
/// needed. NULL is an empty field and an empty text is `""`; a text that must not be taken for another kind
/// (Value::is_text) is in quotes, too. Binary is `\x` and hex digits. Call `finish` after the last row. The sink gets large pieces; throws what it throws. Memory is that of its buffer, also
/// for large values.
class CsvEncoder final : public sources::RowSink {
  public:
    explicit CsvEncoder(ByteSink& sink);

    void columns(std::span<const sources::Column> columns) override;
    void row(std::span<const sources::Value> values) override;
    void finish();

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    /// Written so far, the buffer included.
    [[nodiscard]] std::uint64_t bytes() const {
        return flushed_ + static_cast<std::uint64_t>(next_ - buffer_.get());
    }
    [[nodiscard]] const std::vector<sources::Column>& schema() const { return schema_; }

  private:
    /// How the values of a column are written.
    enum class Form : unsigned char { plain, text, quoted, binary };

    static Form form_of(sources::ValueKind kind);
    void append(std::string_view value, Form form);
    void append_long(std::string_view value, Form form);
    void append_quoted(std::string_view text);
    void append_hex(std::string_view bytes);
    void append_raw(std::string_view bytes);
    void end_line();
    void reserve(std::size_t size);
    void flush();

    ByteSink& sink_;
    std::unique_ptr<char[]> buffer_;
    char* next_;
    char* end_;
    std::vector<Form> forms_;
    std::vector<sources::Column> schema_;
    std::uint64_t rows_ = 0;
    std::uint64_t flushed_ = 0;
};

}  // namespace prevision::snapshot
