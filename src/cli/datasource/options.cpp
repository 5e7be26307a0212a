#include "cli/datasource/options.hpp"

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
    verb.option("--header", options.header, "Files: whether the first line has the names of the columns",
                {.value = "WHEN", .choices = {"auto", "yes", "no"}, .may_be_empty = exists});
    verb.option("--encoding", options.encoding, "Files: how the text is encoded",
                {.value = "ENCODING",
                 .suggestions = {"auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"}});
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

}  // namespace prevision::cli
