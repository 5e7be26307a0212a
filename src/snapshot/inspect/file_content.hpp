#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "snapshot/inspect/dialect.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/record_reader.hpp"
#include "snapshot/inspect/row_preview.hpp"
#include "snapshot/inspect/text_encoding.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// Inspects what a file holds, once it is decompressed: it keeps the first 64 KiB until they (or the whole
/// file) have told what it is, and reads it as such from there on.
class FileContent final : public ByteSink {
  public:
    FileContent(const FormatOverrides& overrides, PreviewTarget preview);

    /// The name may still change until the first byte.
    void name(std::string name) { name_ = std::move(name); }

    void write(std::string_view bytes) override;
    void finish();

    /// It is other, for a reason that its bytes do not hold.
    void give_up(std::string why);

    [[nodiscard]] bool wants_more() const override;
    [[nodiscard]] std::uint64_t rows() const { return reader_ ? reader_->rows() : 0; }
    [[nodiscard]] FileFindings findings() const;

  private:
    void begin(bool whole);
    void begin_reader(std::string_view text, bool whole);
    void read(std::string_view bytes);
    [[nodiscard]] std::string column_name(const std::string& name) const;
    [[nodiscard]] TextEncoding encoding() const;

    FormatOverrides overrides_;
    std::optional<TextEncoding> encoding_;  ///< said by the user, or told by the first bytes
    RowPreview preview_;
    std::string name_;
    std::string beginning_;
    bool begun_ = false;
    std::string problem_;
    std::optional<Utf16Decoder> utf16_;
    Utf8Check utf8_;
    std::optional<Dialect> dialect_;
    std::unique_ptr<RecordReader> reader_;
};

}  // namespace prevision::snapshot
