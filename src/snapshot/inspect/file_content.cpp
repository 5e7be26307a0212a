#include "snapshot/inspect/file_content.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "snapshot/inspect/content_type.hpp"
#include "snapshot/inspect/delimited_reader.hpp"
#include "snapshot/inspect/json_lines_reader.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

std::string_view without_padding(std::string_view text) {
    return text.substr(0, text.find_last_not_of("\x1a\0"sv) + 1);
}

}  // namespace

FileContent::FileContent(const FormatOverrides& overrides, PreviewTarget preview)
    : overrides_(overrides),
      preview_(preview.sink, preview.rows),
      text_(overrides.encoding ? encoding_name(*overrides.encoding) : std::nullopt) {}

void FileContent::write(std::string_view bytes) {
    while (!begun_ && !bytes.empty()) {
        const auto part = bytes.substr(0, beginning_limit_ - beginning_.size());
        beginning_ += part;
        bytes.remove_prefix(part.size());
        if (beginning_.size() < beginning_limit_) return;
        if (enough_to_begin()) begin(false);
        beginning_limit_ *= 2;
    }
    if (reader_ && wants_more()) read(text_.write(bytes));
}

bool FileContent::enough_to_begin() const {
    // A first line that is longer is waited for, unless it is no line of a table.
    if (beginning_.size() >= row_bytes_limit || beginning_.starts_with('{')) return true;
    const auto line_end = beginning_.find_first_of("\r\n");
    const bool has_two_lines =
        line_end != std::string::npos && beginning_.find_first_of("\r\n", line_end + 2) != std::string::npos;
    return has_two_lines || !binary_type(beginning_).empty();
}

void FileContent::finish() {
    if (!begun_ && problem_.empty()) {
        begin(true);
    } else if (reader_ && problem_.empty()) {
        read(text_.finish());
    }
    if (!reader_ || !problem_.empty()) return;
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
    const auto text = text_.begin(bytes, whole);
    // By the bytes, since a guess of the encoding could hide what they are; one that the user gave must agree.
    const std::string_view raw = bytes;
    const auto all = text_.has_wide_units() ? text : raw.substr(raw.starts_with("\xef\xbb\xbf") ? 3 : 0);
    const auto content = without_padding(all);
    const auto binary = binary_type(content.empty() ? all : content);
    if (!binary.empty() && (!overrides_.encoding || !binary_type(text).empty()))
        return give_up(fmt::format("it is {}", binary));
    begin_reader(text, whole);
    if (!reader_) return;
    read(text);
    reader_->flush();
    problem_ = reader_->problem();
}

void FileContent::begin_reader(std::string_view text, bool whole) {
    auto guess = guess_text(name_, text, whole);
    if (overrides_.says_table() && !text.empty()) guess = {.type = ContentType::delimited, .by_name = true};
    if (guess.type == ContentType::other) return give_up(guess.reason);
    if (guess.type == ContentType::json_lines) {
        reader_ = make_json_lines_reader(preview_);
        return;
    }
    auto dialect = guess_dialect(without_padding(text), whole,
                                 {.separator = overrides_.separator,
                                  .quote = overrides_.quote,
                                  .escape = overrides_.escape,
                                  .comment = overrides_.comment,
                                  .header = overrides_.header ? overrides_.header : overrides_.usual_header,
                                  .skip = overrides_.skip,
                                  .prefer_tab = guess.tab_by_name});
    if (!guess.by_name && !dialect.certain)
        return give_up("it is a text, but no separator cuts its lines into columns");
    dialect_ = std::move(dialect);
    reader_ = make_delimited_reader(*dialect_, preview_);
}

void FileContent::read(std::string_view text) {
    if (text.empty()) return;
    constexpr std::size_t most_kept = std::size_t{1} << 20U;
    const auto content = without_padding(text);
    if (!kept_back_.empty() && (!content.empty() || kept_back_.size() > most_kept))
        pass_on(std::exchange(kept_back_, {}));
    pass_on(content);
    kept_back_ += text.substr(content.size());
}

void FileContent::pass_on(std::string_view text) {
    look_for_nul(text);
    reader_->write(text);
    problem_ = reader_->problem();
}

void FileContent::look_for_nul(std::string_view& text) {
    const auto first = text.find('\0');
    if (first == std::string_view::npos) return;
    if (nuls_ == 0) {
        reader_->write(text.substr(0, first));
        text.remove_prefix(first);
        first_nul_line_ = reader_->line();
    }
    nuls_ += static_cast<std::uint64_t>(std::ranges::count(text, '\0'));
}

FileFindings FileContent::findings() const {
    FileFindings findings;
    findings.note = problem_;
    if (!problem_.empty() || !reader_) return findings;
    findings.file_type = "jsonl";
    if (dialect_) {
        const auto& format = dialect_->format;
        findings.separator = format.separator;
        findings.quote = format.quote;
        findings.escape = format.escape;
        findings.comment = format.comment;
        findings.header = dialect_->header;
        findings.skip = dialect_->skip;
        findings.file_type = findings.separator == '\t' ? "tsv" : "csv";
    }
    findings.encoding = text_.encoding();
    findings.rows = reader_->rows();
    findings.regular = reader_->regular();
    findings.schema = reader_->schema();
    for (auto& column : findings.schema) column.name = valid_utf8(column.name);
    auto notes = text_.notes();
    if (nuls_ > 0) {
        notes.push_back(fmt::format("it has {} NUL bytes, the first in line {}", format_count(nuls_),
                                    format_count(first_nul_line_)));
    }
    if (kept_back_.find('\x1a') != std::string::npos)
        notes.emplace_back("the Ctrl-Z at its end is no part of the last value");
    if (const auto nuls = std::ranges::count(kept_back_, '\0'); nuls > 0)
        notes.push_back(fmt::format("the {} NUL bytes at its end are no part of it",
                                    format_count(static_cast<std::uint64_t>(nuls))));
    std::ranges::move(reader_->notes(), std::back_inserter(notes));
    findings.note = join(notes, "; ");
    return findings;
}

}  // namespace prevision::snapshot
