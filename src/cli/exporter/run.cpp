#include "cli/dataset/upload.hpp"
#include "cli/exporter/verbs.hpp"
#include "core/wait.hpp"

namespace prevision::cli {

namespace {

using model::Export;

Export wait_for_end(Services& services, Export done) {
    constexpr std::chrono::milliseconds pause{500};
    while (done.status != "done" && done.status != "failed") {
        wait_for(pause, services.cancellation());
        done = services.client().get<model::Export>(done.id);
    }
    return done;
}

/// Writes the dataset, or the file. A platform may answer before it is done.
Export start(const std::string& dataset, const UploadOptions& upload, const model::Exporter& exporter,
             Services& services) {
    auto& client = services.client();
    if (!upload.file) {
        const auto found = find<model::Dataset>(services, dataset);
        return client.run_exporter(api::refer_to(exporter), api::refer_to(found));
    }
    auto form = open_upload(upload);
    const auto progress = show_upload(services, form, exporter.name);
    auto done = client.export_file(api::refer_to(exporter), form);
    progress->finish(fmt::format("sent {} to '{}'", *upload.file, exporter.name),
                     {.bytes = form.file_size(), .rows = done.rows});
    return done;
}

}  // namespace

void add_exporter_run(Command& command, Services& services) {
    struct Options {
        std::string name;
        std::string dataset;
        UploadOptions upload;
        bool no_wait = false;
        std::vector<std::string> columns;
    };
    auto verb = command.subcommand("run", "Write a dataset or a file through an exporter");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The exporter's name or id", true,
                  {.completes = Completes::exporter});
    verb.option("--dataset", options.dataset, "The dataset's name or id",
                {.value = "NAME", .completes = Completes::dataset});
    add_upload_options(verb, options.upload);
    verb.flag("--no-wait", options.no_wait, "Do not wait for a platform that writes in the background");
    add_columns_option(verb, options.columns, column_names(export_fields()));
    verb.example("prevision exporter run results --dataset today");
    verb.example("prevision exporter run results --file results.csv");
    verb.action([&options, &services] {
        const auto exporter = find<model::Exporter>(services, options.name);
        const auto fields = pick_fields(export_fields(), options.columns);
        check_upload(options.upload, "--dataset", !options.dataset.empty());
        const auto done = start(options.dataset, options.upload, exporter, services);
        const auto ended = options.no_wait ? done : wait_for_end(services, done);
        show_object(services, fields, ended);
        if (ended.status != "failed") return;
        throw Error(parse_error_class(ended.error_class).value_or(ErrorClass::internal),
                    fmt::format("cannot write through '{}': {}", exporter.name, ended.logs));
    });
}

}  // namespace prevision::cli
