#include "cli/exporter/verbs.hpp"

namespace prevision::cli {

ExportFields export_fields(Names<model::Dataset>& datasets) {
    using model::Export;
    return {id_field<Export>(),
            extra(text("exporter_id", &Export::exporter_id)),
            name_field<Export>("dataset", datasets, &Export::dataset_id),
            extra(text("dataset_id", &Export::dataset_id)),
            text("status", &Export::status),
            quantity("rows", render::Quantity::count, &Export::rows),
            text("logs", &Export::logs),
            time("created_at", &Export::created_at)};
}

void add_exporter_exports(Command& command, Services& services) {
    struct Options {
        std::string name;
        ListOptions list;
    };
    auto verb = command.subcommand("exports", "List the runs of an exporter, with their logs");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The exporter's name or id", true,
                  {.completes = Completes::exporter});
    const auto& fields = verb.keep<ExportFields>(export_fields(verb.keep<Names<model::Dataset>>()));
    add_list_options(verb, options.list, column_names(fields));
    verb.example("prevision exporter exports results");
    verb.action([&options, &fields, &services] {
        const auto exporter = find<model::Exporter>(services, options.name);
        auto listing = make_listing(services, options.list, fields);
        listing.show([&] {
            prepare_used(services, fields, listing);
            services.client().list_exports(api::refer_to(exporter), [&](const model::Export& each) {
                return listing.add(to_row(fields, each));
            });
        });
    });
}

}  // namespace prevision::cli
