#include "platform/datasets/file_format.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

namespace prevision::platform {

namespace {

constexpr std::string_view no_character = "none";

std::optional<char> parse_character(std::string_view field, const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text == no_character) return '\0';
    if (text == "\\t" || text == "tab") return '\t';
    if (text.size() == 1) return text.front();
    throw Error(ErrorClass::invalid,
                fmt::format("invalid {}: '{}' is not a single ASCII character", field, text),
                "for example , or ; or tab");
}

std::string character_text(char character) {
    return character == '\0' ? std::string(no_character) : std::string(1, character);
}

}  // namespace

snapshot::FormatOverrides parse_format(const model::FileFormat& format) {
    snapshot::FormatOverrides parsed;
    parsed.separator = parse_character("separator", format.separator);
    parsed.quote = parse_character("quote", format.quote);
    parsed.escape = parse_character("escape", format.escape);
    parsed.comment = parse_character("comment", format.comment);
    parsed.header = format.header;
    parsed.skip = format.skip;
    if (!format.encoding.empty()) parsed.encoding = to_lower(format.encoding);
    snapshot::check_file_format(parsed);
    return parsed;
}

model::FileFormat normal_format(const model::FileFormat& format) {
    const auto parsed = parse_format(format);
    auto normal = format;
    if (parsed.separator) normal.separator = *parsed.separator;
    if (parsed.quote) normal.quote = character_text(*parsed.quote);
    if (parsed.escape) normal.escape = character_text(*parsed.escape);
    if (parsed.comment) normal.comment = character_text(*parsed.comment);
    normal.encoding = parsed.encoding.value_or("");
    return normal;
}

model::DatasetFile describe_file(const std::string& name, const snapshot::FileForm& form) {
    model::DatasetFile file{.name = name,
                            .type = form.file_type,
                            .compression = form.compression,
                            .format = {},
                            .note = form.note};
    file.format.encoding = form.encoding;
    if (form.file_type != "csv" && form.file_type != "tsv") return file;
    file.format.separator = form.separator;
    file.format.quote = character_text(form.quote);
    file.format.escape = character_text(form.escape);
    file.format.comment = character_text(form.comment);
    file.format.header = form.header;
    file.format.skip = form.skip;
    return file;
}

std::vector<model::SchemaColumn> describe_columns(const std::vector<sources::Column>& columns) {
    std::vector<model::SchemaColumn> described;
    for (const auto& column : columns) {
        described.push_back({.name = valid_utf8(column.name),
                             .type = valid_utf8(column.type),
                             .nullable = column.nullable,
                             .kind = std::string(to_string(column.kind))});
    }
    return described;
}

}  // namespace prevision::platform
