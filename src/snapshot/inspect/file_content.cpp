#include "snapshot/inspect/file_content.hpp"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "snapshot/inspect/content_type.hpp"
#include "snapshot/inspect/delimited_reader.hpp"
#include "snapshot/inspect/json_lines_reader.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t beginning_size = std::size_t{64} << 10U;

std::optional<TextEncoding> said_encoding(const FormatOverrides& overrides) {
    return overrides.encoding ? parse_encoding(*overrides.encoding) : std::nullopt;
}

bool is_utf16(std::optional<TextEncoding> encoding) {
    return encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be;
}

}  // namespace

FileContent::FileContent(const FormatOverrides& overrides, PreviewTarget preview)
    : overrides_(overrides),
      encoding_(said_encoding(overrides)),
      preview_(preview.sink, preview.rows, encoding_) {}

void FileContent::write(std::string_view bytes) {
    if (!begun_) {
        const auto part = bytes.substr(0, beginning_size - beginning_.size());
        beginning_ += part;
        bytes.remove_prefix(part.size());
        if (beginning_.size() < beginning_size) return;
        begin(false);
    }
    read(bytes);
}

void FileContent::finish() {
    if (!begun_ && problem_.empty()) begin(true);
    if (!reader_ || !problem_.empty()) return;
    if (utf16_) reader_->write(utf16_->finish());
    utf8_.finish();
    reader_->finish();
    problem_ = reader_->problem();
}

void FileContent::give_up(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
}

bool FileContent::wants_more() const { return problem_.empty() && !preview_.complete(); }

void FileContent::begin(bool whole) {
    begun_ = true;
    const auto bytes = std::exchange(beginning_, {});
    if (!encoding_) encoding_ = told_encoding(bytes);
    std::string_view text = bytes;
    if (encoding_) text.remove_prefix(byte_order_mark_size(text, *encoding_));
    if (is_utf16(encoding_)) {
        utf16_.emplace(*encoding_);
        text = utf16_->write(text);
    } else {
        utf8_.write(text);
    }
    // The decoder's text goes with its next call; the reader takes it before that.
    begin_reader(text, whole);
    if (!reader_) return;
    reader_->write(text);
    reader_->flush();
    problem_ = reader_->problem();
}

void FileContent::begin_reader(std::string_view text, bool whole) {
    if (const auto type = binary_type(text); !type.empty()) {
        return give_up(fmt::format("it is {}", type));
    }
    const bool table_said = overrides_.separator || overrides_.quote || overrides_.header;
    auto guess = guess_text(name_, text, whole);
    if (table_said && !text.empty()) guess = {.type = ContentType::delimited, .by_name = true};
    if (guess.type == ContentType::other) return give_up(guess.reason);
    if (guess.type == ContentType::json_lines) {
        reader_ = make_json_lines_reader(preview_);
        return;
    }
    const auto dialect = guess_dialect(text, whole,
                                       {.separator = overrides_.separator,
                                        .quote = overrides_.quote,
                                        .header = overrides_.header,
                                        .prefer_tab = guess.tab_by_name});
    if (!guess.by_name && !dialect.certain) {
        return give_up("it is a text, but no separator cuts its lines into columns");
    }
    dialect_ = dialect;
    reader_ = make_delimited_reader(dialect, preview_);
}

void FileContent::read(std::string_view bytes) {
    if (!reader_ || !wants_more() || bytes.empty()) return;
    if (utf16_) {
        reader_->write(utf16_->write(bytes));
    } else {
        utf8_.write(bytes);
        reader_->write(bytes);
    }
    problem_ = reader_->problem();
}

FileFindings FileContent::findings() const {
    FileFindings findings;
    findings.note = problem_;
    if (!problem_.empty() || !reader_) return findings;
    findings.file_type = "jsonl";
    if (dialect_) {
        findings.separator = dialect_->format.separator;
        findings.quote = dialect_->format.quote;
        findings.header = dialect_->header;
        findings.file_type = findings.separator == '\t' ? "tsv" : "csv";
    }
    findings.encoding = name_of(encoding());
    findings.rows = reader_->rows();
    findings.regular = reader_->regular();
    findings.schema = reader_->schema();
    for (auto& column : findings.schema) column.name = column_name(column.name);
    auto notes = reader_->notes();
    if (!is_utf16(encoding_) && encoding() == TextEncoding::utf8 && utf8_.wrong() > 0) {
        notes.push_back(fmt::format("{} bytes are not UTF-8", format_count(utf8_.wrong())));
    }
    findings.note = join(notes, "; ");
    return findings;
}

std::string FileContent::column_name(const std::string& name) const {
    return to_utf8(name, is_utf16(encoding_) ? TextEncoding::utf8 : encoding());
}

TextEncoding FileContent::encoding() const { return encoding_ ? *encoding_ : utf8_.encoding(); }

}  // namespace prevision::snapshot
