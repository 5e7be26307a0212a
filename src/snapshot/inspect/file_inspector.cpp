#include "snapshot/inspect/file_inspector.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "snapshot/compression/decompressor.hpp"
#include "snapshot/inspect/content_type.hpp"
#include "snapshot/inspect/file_content.hpp"
#include "snapshot/inspect/text_encoding.hpp"

namespace prevision::snapshot {

namespace {

Error impossible(std::string_view field, std::string_view why, std::string hint) {
    return {ErrorClass::invalid, fmt::format("invalid {}: {}", field, why), std::move(hint)};
}

}  // namespace

void check_file_format(const FormatOverrides& format) {
    const std::array<std::pair<std::string_view, std::optional<char>>, 4> characters{
        {{"separator", format.separator},
         {"quote", format.quote},
         {"escape", format.escape},
         {"comment", format.comment}}};
    for (const auto& [field, character] : characters) {
        if (!character) continue;
        const char c = *character;
        const bool none_allowed = field != "separator";
        if (c == '\n' || c == '\r' || static_cast<unsigned char>(c) >= 0x80 || (c == '\0' && !none_allowed))
            throw impossible(field, "it must be one ASCII character that does not end a line",
                             "give one such as , or ;");
        for (const auto& [other, same] : characters) {
            // An escape may be the quote: that is doubled then, as ever.
            if (other == field || c == '\0' || same != character || (field == "quote" && other == "escape"))
                continue;
            throw impossible(other, fmt::format("it is the {}, too", field), "give two different characters");
        }
    }
    if (format.encoding && !encoding_name(*format.encoding)) {
        throw impossible("encoding", fmt::format("'{}' is not known", *format.encoding),
                         "'iconv -l' lists those that are known");
    }
}

/// From the file's bytes to its content.
class FileInspector::Stream final : public ByteSink {
  public:
    Stream(std::string name, const FormatOverrides& overrides, PreviewTarget preview,
           const InspectionLimits& limits)
        : name_(std::move(name)), limits_(limits), content_(overrides, preview) {}

    void take(std::string_view bytes) {
        if (!begun_) {
            const auto part = bytes.substr(0, compression_magic_size - beginning_.size());
            beginning_ += part;
            bytes.remove_prefix(part.size());
            if (beginning_.size() < compression_magic_size) return;
            begin();
        }
        forward(bytes);
    }

    /// What comes out of the decompressor.
    void write(std::string_view bytes) override {
        if (content_bytes_ == 0) name_content();
        content_bytes_ += bytes.size();
        const bool too_dense = content_bytes_ > limits_.certain_bytes &&
                               content_bytes_ / limits_.ratio > std::max<std::uint64_t>(file_bytes_, 1);
        if (too_dense || content_bytes_ > limits_.bytes) {
            content_.give_up(fmt::format("it decompresses to more than {}: its rows are not counted",
                                         too_dense
                                             ? fmt::format("{} times its size", format_count(limits_.ratio))
                                             : format_bytes(limits_.bytes)));
        }
        content_.write(bytes);
    }

    [[nodiscard]] bool wants_more() const override { return content_.wants_more(); }

    FileFindings finish() {
        if (!begun_) begin();
        if (decompressor_) {
            if (content_.wants_more()) decompressor_->finish();
            if (!decompressor_->problem().empty()) content_.give_up(decompressor_->problem());
            if (content_bytes_ == 0) name_content();
        }
        content_.finish();
        return findings();
    }

    [[nodiscard]] FileFindings findings() const {
        auto findings = content_.findings();
        findings.compression = compression_;
        if (decompressor_ && !decompressor_->note().empty()) {
            if (!findings.note.empty()) findings.note += "; ";
            findings.note += decompressor_->note();
        }
        return findings;
    }

    [[nodiscard]] const FileContent& content() const { return content_; }

  private:
    void begin() {
        begun_ = true;
        compression_ = compression_of(beginning_);
        decompressor_ = make_decompressor(compression_);
        content_.name(std::string(without_compression_suffix(name_)));
        forward(std::exchange(beginning_, {}));
    }

    void forward(std::string_view bytes) {
        // In pieces, so that the ratio is to what was looked at.
        constexpr std::size_t piece_size = std::size_t{64} << 10U;
        while (!bytes.empty() && content_.wants_more()) {
            const auto piece = bytes.substr(0, piece_size);
            bytes.remove_prefix(piece.size());
            file_bytes_ += piece.size();
            if (!decompressor_) {
                content_.write(piece);
                continue;
            }
            decompressor_->write(piece, *this);
            if (!decompressor_->problem().empty()) content_.give_up(decompressor_->problem());
        }
    }

    /// The name of a file in an archive says more than that of the archive.
    void name_content() {
        const auto& inner = decompressor_->inner_name();
        if (inner.find('.') != std::string::npos) content_.name(inner);
    }

    std::string name_;
    InspectionLimits limits_;
    FileContent content_;
    std::string beginning_;
    bool begun_ = false;
    std::string compression_;
    std::unique_ptr<Decompressor> decompressor_;
    std::uint64_t file_bytes_ = 0;
    std::uint64_t content_bytes_ = 0;
};

FileInspector::FileInspector(std::string name, const FormatOverrides& overrides, PreviewTarget preview,
                             const InspectionLimits& limits) {
    check_file_format(overrides);
    stream_ = std::make_unique<Stream>(std::move(name), overrides, preview, limits);
}

FileInspector::~FileInspector() = default;

void FileInspector::write(std::string_view bytes) { stream_->take(bytes); }
bool FileInspector::wants_more() const { return stream_->wants_more(); }
std::uint64_t FileInspector::rows() const { return stream_->content().rows(); }
FileFindings FileInspector::so_far() const { return stream_->findings(); }
FileFindings FileInspector::finish() { return stream_->finish(); }

}  // namespace prevision::snapshot
