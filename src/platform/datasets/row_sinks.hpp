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

/// Keeps the rows that it is given, as texts in the form that a dataset's file holds. Error invalid when several
/// are too large to be held.
class SampleSink final : public sources::RowSink {
  public:
    void columns(std::span<const sources::Column> columns) override;
    void row(std::span<const sources::Value> values) override;

    /// What is known of the columns once rows were seen: of a file, whose rows are all texts.
    void set_types(std::span<const sources::Column> columns);

    [[nodiscard]] const model::Sample& sample() const { return sample_; }

  private:
    model::Sample sample_;
    std::size_t bytes_ = 0;
    std::vector<sources::ValueKind> kinds_;
};

/// The first rows of a location, whether it holds rows or a file.
class SampleContent final : public sources::ContentSink {
  public:
    /// A file is read as `format` says, where that says anything.
    SampleContent(std::uint64_t rows, const snapshot::FormatOverrides& format);
    ~SampleContent() override;

    sources::RowSink& table() override { return sample_; }
    ByteSink& file(const sources::FileInfo& info) override;

    /// What came. Error invalid for a file that has no rows to show.
    const model::Sample& finish();

  private:
    class File;

    std::uint64_t rows_;
    snapshot::FormatOverrides format_;
    SampleSink sample_;
    std::unique_ptr<File> file_;
};

/// A location's content as an answer's body: rows as CSV, a file as it is.
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
