#include "cli/connector/check.hpp"
#include "cli/exporter/options.hpp"
#include "cli/exporter/verbs.hpp"
#include "cli/verbs/existing.hpp"

namespace prevision::cli {

namespace {

using model::Exporter;

struct CreateOptions : ExporterOptions {
    IfExists if_exists;
};

Exporter run_create(const CreateOptions& options, Services& services) {
    const auto connector = find<model::Connector>(services, *options.connector);
    Exporter exporter;
    exporter.name = options.name;
    exporter.connector_id = connector.id;
    exporter.database = options.database.value_or("");
    exporter.table = options.table.value_or("");
    exporter.bucket = options.bucket.value_or("");
    exporter.filepath = options.path.value_or("");
    exporter.g_cloud = options.g_cloud.value_or("");
    exporter.description = options.description.value_or("");
    const auto place = command_line_place("exporter", exporter.name);
    check_at(place, [&] { set_write_mode(exporter, options.write_mode.value_or("")); });
    check_definition(exporter, connector, place, services);
    return create_unless_taken<Exporter>(
        services, options.if_exists, exporter.name,
        [&](api::Names names) {
            return services.client().create<model::Exporter>(services.project_id(), exporter, names);
        },
        [&](const Exporter& found) { return update_exporter(options, found, services); });
}

}  // namespace

void add_exporter_create(Command& command, Services& services, const ExporterNoun& noun) {
    auto verb = command.subcommand("create", "Create an exporter");
    auto& options = verb.keep<CreateOptions>();
    add_exporter_options(verb, options, false);
    add_if_exists(verb, options.if_exists, true);
    verb.example("prevision exporter create results --connector shop --database shop --table results");
    verb.example(
        "prevision exporter create daily --connector files --path out/sales.csv --write-mode timestamp");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

}  // namespace prevision::cli
