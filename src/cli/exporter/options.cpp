#include "cli/exporter/options.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::cli {

void add_exporter_options(Command& verb, ExporterOptions& options, bool exists) {
    verb.argument("NAME", options.name, exists ? "Its name or id" : "The exporter's name", true,
                  {.completes = exists ? Completes::exporter : Completes::nothing});
    if (exists) verb.option("--name", options.new_name, "Its new name", {.value = "NAME"});
    verb.option("--connector", options.connector, "The connector to write through",
                {.value = "NAME", .required = !exists, .completes = Completes::connector});
    verb.option("--database", options.database, "The database to write to",
                {.value = "NAME", .completes = Completes::database});
    verb.option("--table", options.table, "The table to write to",
                {.value = "NAME", .completes = Completes::table});
    verb.option("--bucket", options.bucket, "The bucket to write to",
                {.value = "NAME", .completes = Completes::bucket});
    verb.option("--path", options.path, "The file to write", {.value = "PATH", .completes = Completes::path});
    verb.option("--g-cloud", options.g_cloud, "GCP: BigQuery or Storage",
                {.value = "SERVICE", .choices = {"BigQuery", "Storage"}, .may_be_empty = exists});
    verb.option(
        "--write-mode", options.write_mode,
        "What happens to existing data: append (the default) or replace in a table; timestamp (the "
        "default), replace or safe for a file",
        {.value = "MODE", .choices = {"append", "replace", "timestamp", "safe"}, .may_be_empty = exists});
    verb.option("--description", options.description, "What it is for");
}

void set_write_mode(model::Exporter& exporter, const std::string& mode) {
    const bool is_table = !exporter.table.empty();
    const bool is_of_table = mode == "append";
    const bool is_of_file = mode == "timestamp" || mode == "safe";
    if (is_table ? is_of_file : is_of_table) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid write_mode: {} is for a {}", mode, is_of_table ? "table" : "file"),
                    is_table ? "of a table: append or replace" : "of a file: timestamp, replace or safe");
    }
    const std::string fallback = is_table ? "append" : "timestamp";
    (is_table ? exporter.database_write_mode : exporter.file_write_mode) = mode.empty() ? fallback : mode;
}

}  // namespace prevision::cli
