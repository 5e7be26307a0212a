#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/byte_sink.hpp"
#include "model/model.hpp"
#include "snapshot/csv_encoder.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "sources/source.hpp"

namespace prevision::platform {

/// Keeps the rows it receives, as the texts that a dataset's file would hold. Error invalid when several
/// rows are larger than 64 MiB.
class SampleSink final : public sources::RowSink {
  public:
    void columns(std::span<const sources::Column> columns) override;
    void row(std::span<const sources::Value> values) override;

    /// The types that were found in the rows of a file, whose values are all texts.
    void set_types(std::span<const sources::Column> columns);

    [[nodiscard]] const model::Sample& sample() const { return sample_; }

  private:
    model::Sample sample_;
    std::size_t bytes_ = 0;
    std::vector<sources::ValueKind> kinds_;
};

/// Receives the first rows of a location that holds rows or a file.
class SampleContent final : public sources::ContentSink {
  public:
    /// `format` overrides what is guessed from a file.
    SampleContent(std::uint64_t rows, const snapshot::FormatOverrides& format);
    ~SampleContent() override;

    sources::RowSink& table() override { return sample_; }
    ByteSink& file(const sources::FileInfo& info) override;

    /// The rows that were received. Error invalid for a file whose format has no rows.
    const model::Sample& finish();

  private:
    class File;

    std::uint64_t rows_;
    snapshot::FormatOverrides format_;
    SampleSink sample_;
    std::unique_ptr<File> file_;
};

/// Writes a location's content as the body of an answer: rows as CSV, a file unchanged.
class BodyContent final : public sources::ContentSink {
  public:
    explicit BodyContent(ByteSink& body) : body_(body) {}

    sources::RowSink& table() override;
    ByteSink& file(const sources::FileInfo& info) override;

    /// Call it after the last row or byte.
    void finish();

  private:
    ByteSink& body_;
    std::optional<snapshot::CsvEncoder> encoder_;
};

}  // namespace prevision::platform
