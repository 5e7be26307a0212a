#include "cli/datasource/options.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

void add_datasource_options(Command& verb, DatasourceOptions& options, bool exists) {
    verb.argument("NAME", options.name, exists ? "Its name or id" : "The datasource's name", true,
                  {.completes = exists ? Completes::datasource : Completes::nothing});
    if (exists) verb.option("--name", options.new_name, "Its new name", {.value = "NAME"});
    verb.option("--connector", options.connector, "The connector to reach it by, by name or id",
                {.value = "NAME", .required = !exists, .completes = Completes::connector});
    verb.option("--database", options.database, "SQL: the database",
                {.value = "NAME", .completes = Completes::database});
    verb.option("--table", options.table, "SQL: the table", {.value = "NAME", .completes = Completes::table});
    verb.option("--request", options.request, "SQL: one SELECT instead of a table", {.value = "SQL"});
    verb.option("--bucket", options.bucket, "S3: the bucket",
                {.value = "NAME", .completes = Completes::bucket});
    verb.option("--path", options.path, "FTP, SFTP and S3: the file or object",
                {.value = "PATH", .completes = Completes::path});
    verb.option("--g-cloud", options.g_cloud, "GCP: BigQuery or Storage",
                {.value = "SERVICE", .suggestions = {"BigQuery", "Storage"}});
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
    verb.detail(
        "By default the beginning of a csv file shows how it is written; a value given here is used instead, "
        "until it is 'auto' again.");
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

model::FileFormat format_of(const DatasourceOptions& options) {
    return {.separator = format_value(options.separator),
            .quote = format_value(options.quote),
            .escape = format_value(options.escape),
            .comment = format_value(options.comment),
            .header = header_value(options.header),
            .skip = skip_value(options.skip),
            .encoding = format_value(options.encoding)};
}

}  // namespace prevision::cli
