#include "platform/datasets/file_format.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

constexpr std::string_view no_quote = "none";

std::optional<char> parse_character(std::string_view field, const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text == "\\t" || text == "tab") return '\t';
    if (text.size() == 1) return text.front();
    throw Error(ErrorClass::invalid,
                fmt::format("invalid {}: '{}' is not a single ASCII character", field, text),
                "for example , or ; or tab");
}

}  // namespace

snapshot::FormatOverrides parse_format(const model::FileFormat& format) {
    snapshot::FormatOverrides parsed;
    parsed.separator = parse_character("separator", format.separator);
    parsed.quote = format.quote == no_quote ? '\0' : parse_character("quote", format.quote);
    parsed.header = format.header;
    if (!format.encoding.empty()) parsed.encoding = to_lower(format.encoding);
    snapshot::check_file_format(parsed);
    return parsed;
}

model::FileFormat normal_format(const model::FileFormat& format) {
    const auto parsed = parse_format(format);
    auto normal = format;
    if (parsed.separator) normal.separator = *parsed.separator;
    if (parsed.quote && *parsed.quote != '\0') normal.quote = *parsed.quote;
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
    file.format.quote = form.quote == '\0' ? std::string(no_quote) : std::string(1, form.quote);
    file.format.header = form.header;
    return file;
}

}  // namespace prevision::platform
