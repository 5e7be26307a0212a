#include "model/exporter.hpp"

#include <optional>

#include <fmt/format.h>

#include "cli/connector/check.hpp"
#include "cli/connector/names.hpp"
#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"
#include "core/error.hpp"
#include "core/wait.hpp"

namespace prevision::cli {

namespace {

using model::Export;
using model::Exporter;

Noun<Exporter> exporter_noun(ConnectorNames& names) {
    return {.name = "exporter",
            .completes = Completes::exporter,
            .fields = {text("id", &Exporter::id),
                       text("name", &Exporter::name),
                       connector_field<Exporter>(names),
                       extra(text("connector_id", &Exporter::connector_id)),
                       text("database", &Exporter::database),
                       text("table", &Exporter::table),
                       extra(text("bucket", &Exporter::bucket)),
                       text("path", &Exporter::filepath),
                       {{"write_mode"},
                        [](const Exporter& exporter) {
                            return cell(exporter.table.empty() ? exporter.file_write_mode
                                                               : exporter.database_write_mode);
                        }},
                       extra(text("description", &Exporter::description)),
                       extra(time("created_at", &Exporter::created_at))},
            .list =
                [](Services& services, const auto& each) {
                    services.client().list<model::Exporter>(services.project_id(), each);
                },
            .find =
                [](Services& services, const std::string& name) {
                    return find_exporter(services.client(), services.project_id(), name);
                },
            .remove =
                [](Services& services, const Exporter& exporter) {
                    services.client().remove<model::Exporter>(api::refer_to(exporter));
                },
            .remove_dependents = {}};
}

struct CreateOptions {
    Exporter exporter;
    std::string connector;
    std::string write_mode;
    IfExists if_exists;
};

void check_write_mode(const std::string& mode, const Exporter& exporter) {
    if (mode.empty()) return;
    const bool is_of_table = mode == "append";
    const bool is_of_file = mode == "timestamp" || mode == "safe";
    if (exporter.table.empty() ? !is_of_table : !is_of_file) return;
    throw Error(ErrorClass::invalid,
                fmt::format("cannot create the exporter '{}': --write-mode {} is for a {}", exporter.name,
                            mode, is_of_table ? "table" : "file"),
                is_of_table ? "of a file: timestamp, replace or safe" : "of a table: append or replace");
}

Exporter run_create(const CreateOptions& options, Services& services) {
    auto& client = services.client();
    auto exporter = options.exporter;
    const auto connector = find_connector(client, services.project_id(), options.connector);
    exporter.connector_id = connector.id;
    check_write_mode(options.write_mode, exporter);
    check_definition(exporter, connector, command_line_place("exporter", exporter.name), services);
    auto& mode = exporter.table.empty() ? exporter.file_write_mode : exporter.database_write_mode;
    mode =
        options.write_mode.empty() ? (exporter.table.empty() ? "timestamp" : "append") : options.write_mode;
    const auto existing = settle_existing<Exporter>(
        services, options.if_exists, "exporter", exporter.name, [&](const auto& each) {
            client.list_named<model::Exporter>(services.project_id(), exporter.name, each);
        });
    return existing
               ? *existing
               : client.create<model::Exporter>(services.project_id(), exporter, options.if_exists.names());
}

void add_create(Command& command, Services& services, const Noun<Exporter>& noun) {
    auto verb = command.subcommand("create", "Create an exporter");
    auto& options = verb.keep<CreateOptions>();
    verb.argument("NAME", options.exporter.name, "The exporter's name");
    verb.option("--connector", options.connector, "The connector to write through",
                {.value = "NAME", .required = true, .completes = Completes::connector});
    verb.option("--database", options.exporter.database, "The database to write to",
                {.value = "NAME", .completes = Completes::database});
    verb.option("--table", options.exporter.table, "The table to write to",
                {.value = "NAME", .completes = Completes::table});
    verb.option("--bucket", options.exporter.bucket, "The bucket to write to",
                {.value = "NAME", .completes = Completes::bucket});
    verb.option("--path", options.exporter.filepath, "The file to write",
                {.value = "PATH", .completes = Completes::path});
    verb.option("--g-cloud", options.exporter.g_cloud, "Of GCP, which service",
                {.value = "SERVICE", .choices = {"BigQuery", "Storage"}});
    verb.option(
        "--write-mode", options.write_mode,
        "What becomes of the data that is there: append (the default) or replace in a table; timestamp "
        "(the default), replace or safe of a file",
        {.value = "MODE", .choices = {"append", "replace", "timestamp", "safe"}});
    verb.option("--description", options.exporter.description, "What it is for");
    add_if_exists(verb, options.if_exists, false);
    verb.example("prevision exporter create results --connector shop --database shop --table results");
    verb.example(
        "prevision exporter create daily --connector files --path out/sales.csv --write-mode timestamp");
    verb.action(
        [&options, &noun, &services] { show_object(services, noun.fields, run_create(options, services)); });
}

std::vector<Field<Export>> export_fields() {
    return {text("id", &Export::id), text("exporter_id", &Export::exporter_id),
            text("dataset_id", &Export::dataset_id), text("status", &Export::status),
            text("logs", &Export::logs)};
}

/// A platform may answer before it is done.
Export wait_for_end(Services& services, Export done) {
    constexpr std::chrono::milliseconds pause{500};
    while (done.status != "done" && done.status != "failed") {
        wait_for(pause, services.cancellation());
        done = services.client().get<model::Export>(done.id);
    }
    return done;
}

void add_run(Command& command, Services& services) {
    struct Options {
        std::string name;
        std::string dataset;
    };
    auto verb = command.subcommand("run", "Write a dataset through an exporter");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The exporter's name or id", true,
                  {.completes = Completes::exporter});
    verb.option("--dataset", options.dataset, "The dataset's name or id",
                {.value = "NAME", .required = true, .completes = Completes::dataset});
    verb.example("prevision exporter run results --dataset today");
    verb.action([&options, &services] {
        const auto exporter = find_exporter(services.client(), services.project_id(), options.name);
        const auto dataset = find_dataset(services.client(), services.project_id(), options.dataset);
        const auto done = wait_for_end(
            services, services.client().run_exporter(api::refer_to(exporter), api::refer_to(dataset)));
        show_object(services, export_fields(), done);
        if (done.status != "failed") return;
        throw Error(parse_error_class(done.error_class).value_or(ErrorClass::internal),
                    fmt::format("cannot export '{}': {}", dataset.name, done.logs));
    });
}

}  // namespace

void add_exporter(Command& root, Services& services) {
    auto command = root.subcommand("exporter", "Where datasets can be written to", {"exporters"});
    const auto& noun = command.keep<Noun<Exporter>>(exporter_noun(command.keep<ConnectorNames>()));
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_delete_verb(command, services, noun);
    add_run(command, services);
}

}  // namespace prevision::cli
