#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/inspect/dialect.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/record_reader.hpp"
#include "snapshot/inspect/row_preview.hpp"
#include "snapshot/inspect/text_stream.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// Inspects what a file holds, once it is decompressed: it keeps the first 64 KiB (more when they have no line
/// end), decides by them what the file is, and reads it as that from there on.
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
    [[nodiscard]] bool enough_to_begin() const;
    void begin(bool whole);
    void begin_reader(std::string_view text, bool whole);
    void read(std::string_view text);
    void pass_on(std::string_view text);
    void look_for_nul(std::string_view& text);

    FormatOverrides overrides_;
    RowPreview preview_;
    std::string name_;
    std::string beginning_;
    std::size_t beginning_limit_ = std::size_t{64} << 10U;
    bool begun_ = false;
    std::string problem_;
    TextStream text_;
    std::string kept_back_;  ///< what may be padding: Ctrl-Z, with which DOS ended files, and NUL
    std::uint64_t nuls_ = 0;
    std::uint64_t first_nul_line_ = 0;
    std::optional<Dialect> dialect_;
    std::unique_ptr<RecordReader> reader_;
};

}  // namespace prevision::snapshot
