#include "platform/row_sinks.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/utf8.hpp"
#include "snapshot/file_inspector.hpp"

namespace prevision::platform {

void SampleSink::columns(std::span<const sources::Column> columns) {
    for (const auto& column : columns) {
        sample_.columns.push_back(valid_utf8(column.name));
        kinds_.push_back(column.kind);
    }
}

void SampleSink::row(std::span<const sources::Value> values) {
    auto& cells = sample_.rows.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& value = values[i];
        if (value.is_null()) {
            cells.emplace_back(std::nullopt);
        } else if (kinds_.at(i) == sources::ValueKind::binary) {
            cells.emplace_back("\\x" + to_hex(value.text()));
        } else {
            cells.emplace_back(valid_utf8(value.text()));
        }
    }
}

/// Looks into a file until enough of its rows are seen.
class SampleContent::File final : public sources::FileSink {
  public:
    File(const std::string& name, sources::RowSink& rows, std::uint64_t limit)
        : name_(name), inspector_(name, {}, {.sink = &rows, .rows = limit}) {}

    bool write(std::string_view bytes) override {
        inspector_.write(bytes);
        return inspector_.wants_more();
    }

    void finish() {
        const auto findings = inspector_.finish();
        if (findings.file_type != "other") return;
        throw Error(ErrorClass::invalid,
                    fmt::format("cannot show the rows of {}: {}", name_,
                                findings.note.empty() ? "it is no csv, tsv or jsonl file" : findings.note),
                    "`prevision datasource cat` gives its bytes");
    }

  private:
    std::string name_;
    snapshot::FileInspector inspector_;
};

SampleContent::SampleContent(std::uint64_t rows) : rows_(rows) {}

SampleContent::~SampleContent() = default;

sources::FileSink& SampleContent::file(const sources::FileInfo& info) {
    file_ = std::make_unique<File>(info.name, sample_, rows_);
    return *file_;
}

const model::Sample& SampleContent::finish() {
    if (file_) file_->finish();
    return sample_.sample();
}

class BodyContent::Encoded final : public snapshot::ByteSink {
  public:
    explicit Encoded(transport::BodySink& body) : body_(body) {}
    void write(std::string_view bytes) override { body_.write(bytes); }

  private:
    transport::BodySink& body_;
};

class BodyContent::Raw final : public sources::FileSink {
  public:
    explicit Raw(transport::BodySink& body) : body_(body) {}

    bool write(std::string_view bytes) override {
        body_.write(bytes);
        return true;
    }

  private:
    transport::BodySink& body_;
};

BodyContent::BodyContent(transport::BodySink& body)
    : encoded_(std::make_unique<Encoded>(body)), raw_(std::make_unique<Raw>(body)) {}

BodyContent::~BodyContent() = default;

sources::RowSink& BodyContent::table() { return encoder_.emplace(*encoded_); }

sources::FileSink& BodyContent::file(const sources::FileInfo& /*info*/) { return *raw_; }

void BodyContent::finish() {
    if (encoder_) encoder_->finish();
}

}  // namespace prevision::platform
