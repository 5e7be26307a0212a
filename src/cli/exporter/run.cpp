#include <optional>

#include <fmt/format.h>

#include "cli/dataset/transfer.hpp"
#include "cli/dataset/upload.hpp"
#include "cli/exporter/verbs.hpp"
#include "cli/verbs/polling.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

namespace {

using model::Export;

struct RunOptions {
    std::string name;
    std::string dataset;
    UploadOptions upload;
    bool no_wait = false;
    std::string progress = "auto";
    std::vector<std::string> columns;
};

bool has_ended(const Export& each) { return each.status == "done" || each.status == "failed"; }

/// The one running export of that exporter and dataset, where there is exactly one.
std::optional<std::string> find_running(api::Client& client, const model::Exporter& exporter,
                                        const std::string& dataset_id) {
    std::vector<std::string> found;
    client.list_exports(api::refer_to(exporter), [&](const Export& each) {
        if (!has_ended(each) && each.dataset_id == dataset_id) found.push_back(each.id);
        return true;
    });
    if (found.size() != 1) return std::nullopt;
    return found.front();
}

/// Stops an export whose command is interrupted, so that nothing half-made is left.
void stop(Services& services, const std::string& id) {
    services.tidy(fmt::format("stop the export {}", id), [&](api::Client& client) {
        if (client.stop_export(id).status == "done")
            services.notice(fmt::format("the export {} was done before it could be stopped", id));
    });
}

/// What an export writes, as far as it is known before.
struct Work {
    std::string what;  ///< the dataset's or the file's name
    model::Dataset dataset;
    std::optional<std::uint64_t> bytes;
};

Work work_of(const RunOptions& options, Services& services) {
    if (options.upload.file) {
        const auto& file = *options.upload.file;
        return {.what = file == "-" ? "stdin" : file, .dataset = {}, .bytes = {}};
    }
    auto dataset = find<model::Dataset>(services, options.dataset);
    return {.what = dataset.name, .dataset = dataset, .bytes = dataset.bytes};
}

/// Begins to write the dataset, or the file. Fills in the file's size.
Export start(const RunOptions& options, const model::Exporter& exporter, Work& work, bool waits,
             Services& services) {
    auto& client = services.client();
    const auto& dataset = work.dataset;
    try {
        if (!options.upload.file) return client.run_exporter(api::refer_to(exporter), api::refer_to(dataset));
        auto form = open_upload(options.upload, services.is_embedded());
        const auto progress = show_upload(services, form, exporter.name, options.progress);
        auto started = client.export_file(api::refer_to(exporter), form);
        work.bytes = form.file_size();
        if (!waits)
            progress->finish(fmt::format("sent {} to {}", work.what, exporter.name), {.bytes = work.bytes});
        return started;
    } catch (const Error& error) {
        if (is_interruption(error)) {
            services.tidy("see whether the export was started", [&](api::Client& again) {
                if (const auto id = find_running(again, exporter, dataset.id)) stop(services, *id);
            });
        }
        throw;
    }
}

Export wait_for_end(Services& services, const Export& started, const Work& work, render::Progress& progress) {
    try {
        return poll(services, started, has_ended, [&](const Export& last) {
            auto now = services.client().get<Export>(last.id);
            progress.update({.rows = now.rows, .total_rows = work.dataset.rows});
            return now;
        });
    } catch (const Error& error) {
        if (is_interruption(error)) stop(services, started.id);
        throw;
    }
}

void run(const RunOptions& options, const ExportFields& all_fields, Services& services) {
    const auto fields = pick_fields(all_fields, options.columns);
    check_upload(options.upload, "--dataset", !options.dataset.empty());
    const auto exporter = find<model::Exporter>(services, options.name);
    // A file that is read by this process is written by it, too.
    const bool waits = !options.no_wait || (options.upload.file && services.is_embedded());
    if (!waits) services.keep_jobs_running();
    auto work = work_of(options, services);
    auto progress = make_progress(services, exporter.name, options.progress);
    const auto started = start(options, exporter, work, waits, services);
    const auto shown = waits ? wait_for_end(services, started, work, *progress) : started;
    if (shown.status == "done")
        progress->finish(fmt::format("exported {} to {}", work.what, exporter.name),
                         {.bytes = work.bytes, .rows = shown.rows});
    progress.reset();  // a failure leaves no bar beside what follows
    show_object(services, fields, shown);
    if (shown.status != "failed") return;
    throw Error(parse_error_class(shown.error_class).value_or(ErrorClass::internal),
                fmt::format("cannot write through '{}': {}", exporter.name, shown.logs), shown.hint);
}

}  // namespace

void add_exporter_run(Command& command, Services& services) {
    auto verb = command.subcommand("run", "Write a dataset or a file through an exporter");
    auto& options = verb.keep<RunOptions>();
    verb.argument("NAME", options.name, "The exporter's name or id", true,
                  {.completes = Completes::exporter});
    verb.option("--dataset", options.dataset, "The dataset's name or id",
                {.value = "NAME", .completes = Completes::dataset});
    add_upload_options(verb, options.upload);
    verb.flag("--no-wait", options.no_wait, "Do not wait until it is written");
    add_progress(verb, options.progress);
    const auto& fields = verb.keep<ExportFields>(export_fields(verb.keep<Names<model::Dataset>>()));
    add_columns_option(verb, options.columns, column_names(fields));
    verb.detail(
        "With --no-wait, 'exporter exports NAME' shows how it ended. The embedded platform writes a dataset in a process "
        "of its own then; a file it writes in this one, which waits nevertheless.");
    verb.example("prevision exporter run results --dataset today");
    verb.example("prevision exporter run results --file results.csv");
    verb.action([&options, &fields, &services] { run(options, fields, services); });
}

}  // namespace prevision::cli
