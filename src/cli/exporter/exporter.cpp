#include "cli/exporter/verbs.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/names.hpp"

namespace prevision::cli {

namespace {

using model::Connector;
using model::Exporter;

std::optional<std::string> write_mode_cell(const Exporter& exporter) {
    return cell(exporter.table.empty() ? exporter.file_write_mode : exporter.database_write_mode);
}

ExporterNoun exporter_noun(Names<Connector>& connectors) {
    return {.completes = Completes::exporter,
            .fields = {id_field<Exporter>(),
                       text("name", &Exporter::name),
                       name_field<Exporter>("connector", connectors, &Exporter::connector_id),
                       extra(text("connector_id", &Exporter::connector_id)),
                       text("database", &Exporter::database),
                       text("table", &Exporter::table),
                       extra(text("bucket", &Exporter::bucket)),
                       text("path", &Exporter::filepath),
                       {{"write_mode"}, write_mode_cell},
                       extra(text("description", &Exporter::description)),
                       extra(time("created_at", &Exporter::created_at))},
            .dependents = {}};
}

void add_verbs(Command& command, Services& services) {
    const auto& noun = command.keep<ExporterNoun>(exporter_noun(command.keep<Names<Connector>>()));
    add_list_verb(command, services, noun);
    add_exporter_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_exporter_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_exporter_run(command, services);
    add_exporter_exports(command, services);
}

}  // namespace

void add_exporter(Command& root, Services& services) {
    root.subcommand("exporter", "A target that datasets are written to", {"exporters"})
        .when_reached([&services](Command& command) { add_verbs(command, services); });
}

}  // namespace prevision::cli
