#include "platform/datasets/row_sinks.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "platform/datasets/dataset_file.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20U;

}  // namespace

void SampleSink::columns(std::span<const sources::Column> columns) {
    for (const auto& column : columns) {
        sample_.columns.push_back(valid_utf8(column.name));
        sample_.schema.push_back(
            {.name = sample_.columns.back(), .type = valid_utf8(column.type), .nullable = column.nullable});
        kinds_.push_back(column.kind);
    }
}

void SampleSink::set_types(std::span<const sources::Column> columns) {
    if (columns.size() != sample_.schema.size()) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        sample_.schema[i].type = valid_utf8(columns[i].type);
        sample_.schema[i].nullable = columns[i].nullable;
    }
}

void SampleSink::row(std::span<const sources::Value> values) {
    auto& cells = sample_.rows.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& value = values[i];
        bytes_ += value.size;
        // A single row that a snapshot could take can be shown.
        if (bytes_ > most_bytes && sample_.rows.size() > 1) {
            throw Error(ErrorClass::invalid,
                        fmt::format("the first {} rows are larger than {}", sample_.rows.size(),
                                    format_bytes(most_bytes)),
                        "ask for fewer");
        }
        if (value.is_null()) {
            cells.emplace_back(std::nullopt);
        } else if (kinds_.at(i) == sources::ValueKind::binary) {
            cells.emplace_back("\\x" + to_hex(value.text()));
        } else {
            cells.emplace_back(valid_utf8(value.text()));
        }
    }
}

/// Reads a file until it has enough rows.
class SampleContent::File final : public ByteSink {
  public:
    File(const std::string& name, const snapshot::FormatOverrides& format, sources::RowSink& rows,
         std::uint64_t limit)
        : name_(name), inspector_(name, format, {.sink = &rows, .rows = limit}) {}

    void write(std::string_view bytes) override { inspector_.write(bytes); }
    [[nodiscard]] bool wants_more() const override { return inspector_.wants_more(); }

    /// The columns with the types that were found in the rows.
    std::vector<sources::Column> finish() {
        // When it stopped early, the last row may be incomplete.
        if (auto seen = inspector_.so_far(); !inspector_.wants_more() && seen.file_type != "other")
            return std::move(seen.schema);
        auto findings = inspector_.finish();
        if (findings.file_type != "other") return std::move(findings.schema);
        refuse_rows(name_, findings.note, "'prevision datasource cat' gives its bytes");
    }

  private:
    std::string name_;
    snapshot::FileInspector inspector_;
};

SampleContent::SampleContent(std::uint64_t rows, const snapshot::FormatOverrides& format)
    : rows_(rows), format_(format) {}

SampleContent::~SampleContent() = default;

ByteSink& SampleContent::file(const sources::FileInfo& info) {
    file_ = std::make_unique<File>(info.name, format_, sample_, rows_);
    return *file_;
}

const model::Sample& SampleContent::finish() {
    if (file_) sample_.set_types(file_->finish());
    return sample_.sample();
}

sources::RowSink& BodyContent::table() { return encoder_.emplace(body_); }

ByteSink& BodyContent::file(const sources::FileInfo& /*info*/) { return body_; }

void BodyContent::finish() {
    if (encoder_) encoder_->finish();
}

}  // namespace prevision::platform
