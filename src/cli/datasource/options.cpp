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
    add_format_options(verb, options.format, exists);
    verb.detail(
        "By default the beginning of a csv file shows how it is written; a value given here is used instead, "
        "until it is 'auto' again.");
}

}  // namespace prevision::cli
