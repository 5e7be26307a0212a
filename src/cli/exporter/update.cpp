#include "cli/connector/check.hpp"
#include "cli/exporter/options.hpp"
#include "cli/exporter/verbs.hpp"
#include "cli/verbs/changes.hpp"

namespace prevision::cli {

model::Exporter update_exporter(const ExporterOptions& options, const model::Exporter& found,
                                Services& services) {
    model::JsonObject changes;
    if (options.connector)
        changes.text("connector_id", find<model::Connector>(services, *options.connector).id);
    changes.text_if_given("database", options.database)
        .text_if_given("table", options.table)
        .text_if_given("bucket", options.bucket)
        .text_if_given("filepath", options.path)
        .text_if_given("g_cloud", options.g_cloud)
        .text_if_given("description", options.description);
    if (options.write_mode) {
        auto changed = found;
        changed.table = options.table.value_or(found.table);
        check_at(command_line_place("exporter", found.name, "update"),
                 [&] { set_write_mode(changed, *options.write_mode); });
        if (changed.table.empty()) {
            changes.text("file_write_mode", changed.file_write_mode);
        } else {
            changes.text("database_write_mode", changed.database_write_mode);
        }
    }
    return send_changes(services, found, options.new_name, std::move(changes));
}

void add_exporter_update(Command& command, Services& services, const ExporterNoun& noun) {
    auto verb = command.subcommand("update", "Change the given fields of an exporter");
    auto& options = verb.keep<ExporterOptions>();
    add_exporter_options(verb, options, true);
    verb.detail("An empty value ('') clears a field.");
    verb.example("prevision exporter update results --write-mode replace");
    show_result_of(verb, services, noun, [&options, &services] {
        return update_exporter(options, find<model::Exporter>(services, options.name), services);
    });
}

}  // namespace prevision::cli
