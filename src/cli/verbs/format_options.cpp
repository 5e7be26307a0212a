#include "cli/verbs/format_options.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

void add_format_options(Command& verb, FormatOptions& options, bool exists) {
    verb.option("--separator", options.separator, "Files: what separates the values, one character or tab",
                {.value = "CHAR", .suggestions = {"auto", "tab"}});
    verb.option("--quote", options.quote, "Files: what values are quoted with, one character or none",
                {.value = "CHAR", .suggestions = {"auto", "none"}});
    verb.option("--escape", options.escape, "Files: the escape character, such as \\, or none",
                {.value = "CHAR", .suggestions = {"auto", "none"}});
    verb.option("--comment", options.comment, "Files: the character that comment lines begin with, or none",
                {.value = "CHAR", .suggestions = {"auto", "none"}});
    verb.option("--header", options.header, "Files: whether the first line has the names of the columns",
                {.value = "WHEN", .choices = {"auto", "yes", "no"}, .may_be_empty = exists});
    verb.option("--skip", options.skip, "Files: the number of lines before the table",
                {.value = "N", .suggestions = {"auto"}});
    verb.option("--encoding", options.encoding,
                "Files: how the text is encoded, by a name that 'iconv -l' lists",
                {.value = "ENCODING",
                 .suggestions = {"auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1",
                                 "shift_jis", "gb18030", "big5"}});
}

std::string format_value(const std::optional<std::string>& value) {
    return value.value_or("auto") == "auto" ? "" : *value;
}

std::optional<bool> header_value(const std::optional<std::string>& value) {
    if (format_value(value).empty()) return std::nullopt;
    return *value == "yes";
}

std::optional<std::uint64_t> skip_value(const std::optional<std::string>& value) {
    if (format_value(value).empty()) return std::nullopt;
    const auto lines = parse_integer(*value).value_or(-1);
    if (lines < 0) {
        throw Error(ErrorClass::usage,
                    fmt::format("--skip takes a number of lines or auto, and not '{}'", *value));
    }
    return static_cast<std::uint64_t>(lines);
}

model::FileFormat format_of(const FormatOptions& options) {
    return {.separator = format_value(options.separator),
            .quote = format_value(options.quote),
            .escape = format_value(options.escape),
            .comment = format_value(options.comment),
            .header = header_value(options.header),
            .skip = skip_value(options.skip),
            .encoding = format_value(options.encoding)};
}

}  // namespace prevision::cli
