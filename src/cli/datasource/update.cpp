#include "cli/datasource/verbs.hpp"
#include "cli/verbs/changes.hpp"

namespace prevision::cli {

model::Datasource update_datasource(const DatasourceOptions& options, const model::Datasource& found,
                                    Services& services) {
    model::JsonObject changes;
    if (options.connector)
        changes.text("connector_id", find<model::Connector>(services, *options.connector).id);
    changes.text_if_given("database", options.database);
    // A table and a request exclude each other: the given one replaces the other.
    if (options.table && !options.request) changes.text("request", "");
    if (options.request && !options.table) changes.text("table", "");
    changes.text_if_given("table", options.table)
        .text_if_given("request", options.request)
        .text_if_given("bucket", options.bucket)
        .text_if_given("path", options.path)
        .text_if_given("g_cloud", options.g_cloud);
    if (options.format.separator) changes.text("separator", format_value(options.format.separator));
    if (options.format.quote) changes.text("quote", format_value(options.format.quote));
    if (options.format.escape) changes.text("escape", format_value(options.format.escape));
    if (options.format.comment) changes.text("comment", format_value(options.format.comment));
    if (options.format.header) changes.value("header", header_value(options.format.header));
    if (options.format.skip) changes.value("skip", skip_value(options.format.skip));
    if (options.format.encoding) changes.text("encoding", format_value(options.format.encoding));
    return send_changes(services, found, options.new_name, std::move(changes));
}

void add_datasource_update(Command& command, Services& services, const DatasourceNoun& noun) {
    auto verb = command.subcommand("update", "Change the given fields of a datasource");
    auto& options = verb.keep<DatasourceOptions>();
    add_datasource_options(verb, options, true);
    verb.detail("An empty value ('') clears a field.");
    verb.example("prevision datasource update orders --table orders_2026");
    show_result_of(verb, services, noun, [&options, &services] {
        return update_datasource(options, find<model::Datasource>(services, options.name), services);
    });
}

}  // namespace prevision::cli
