#include <filesystem>

#include "cli/dataset/snapshot_watch.hpp"
#include "cli/dataset/transfer.hpp"
#include "cli/dataset/upload.hpp"
#include "cli/dataset/verbs.hpp"
#include "cli/verbs/existing.hpp"

namespace prevision::cli {

namespace {

using model::Dataset;

struct CreateOptions {
    std::string name;
    std::string datasource;
    UploadOptions upload;
    IfExists if_exists;
    bool if_changed = false;
    bool no_wait = false;
    std::string progress = "auto";
};

/// A name with the time, so that names sort by it.
std::string default_name(const std::string& datasource, const Clock& clock) {
    auto time = format_time(clock.now());
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}-{}", datasource, time);
}

/// Deletes failed snapshots, whose name a new dataset has taken.
void replace_failed(Services& services, const std::vector<Dataset>& failed) {
    for (const auto& dataset : failed) {
        services.client().remove<model::Dataset>(api::refer_to(dataset));
        services.notice(fmt::format("replaced the snapshot {}, which had failed", dataset.id));
    }
}

/// Creates the dataset, which may still be running, with `create`, or returns the one that has the name.
template <typename Create>
Dataset create_named(const CreateOptions& options, const std::string& name, Services& services,
                     Create create) {
    if (options.name.empty()) return create(api::Names::any);
    bool is_new = false;
    std::vector<Dataset> failed;
    auto dataset = create_unless_taken<Dataset>(
        services, options.if_exists, name,
        [&](api::Names names) {
            is_new = true;
            return create(names);
        },
        nullptr, &failed);
    if (is_new) replace_failed(services, failed);
    return dataset;
}

Dataset upload(const CreateOptions& options, Services& services) {
    const auto& file = *options.upload.file;
    auto name = options.name;
    if (name.empty() && file == "-")
        throw Error(ErrorClass::usage, "NAME is missing: a file from stdin has none");
    if (name.empty()) name = default_name(std::filesystem::path(file).stem().string(), services.io().clock);
    return create_named(options, name, services, [&](api::Names names) {
        auto form = open_upload(options.upload, services.is_embedded(), name);
        const auto progress = show_upload(services, form, name, options.progress);
        auto dataset = services.client().upload_dataset(services.project_id(), name, form, names);
        progress->finish("uploaded " + name, {.bytes = form.file_size(), .rows = dataset.rows});
        return dataset;
    });
}

/// How it was seen that the source is as in a dataset.
std::string describe_comparison(const std::string& method) {
    if (method == "etag") return "the file's ETag, size and time are the same";
    if (method == "time") return "the file's size and time are the same";
    if (method == "transactions") return "no transaction has changed the server since";
    if (method == "checksum") return "the server's checksum of all rows is the same";
    if (method == "sha256") return "it was read, and its SHA-256 is the same";
    return "by " + method;
}

Dataset take_snapshot(const CreateOptions& options, Services& services) {
    const auto datasource = find<model::Datasource>(services, options.datasource);
    const auto name =
        options.name.empty() ? default_name(datasource.name, services.io().clock) : options.name;
    if (options.no_wait) services.keep_jobs_running();
    std::string started;
    auto dataset = create_named(options, name, services, [&](api::Names names) {
        auto snapshot = start_snapshot(services, name, datasource.id, names, options.if_changed);
        started = snapshot.id;
        if (options.if_changed && !snapshot.if_changed)
            services.notice("this platform does not compare snapshots: it takes one in any case");
        return snapshot;
    });
    const bool waits = !options.no_wait && dataset.id == started;
    if (waits) dataset = watch_snapshot(services, dataset, options.progress);
    if (!dataset.unchanged_by.empty()) {
        services.message(fmt::format("no snapshot was taken: the source is as in the dataset '{}': {}",
                                     dataset.name, describe_comparison(dataset.unchanged_by)));
    }
    return dataset;
}

Dataset run_create(const CreateOptions& options, Services& services) {
    check_upload(options.upload, "--datasource", !options.datasource.empty());
    if (options.if_changed && options.upload.file)
        throw Error(ErrorClass::usage, "--if-changed compares a datasource, and a file was given",
                    "leave it out, or give --datasource");
    return options.upload.file ? upload(options, services) : take_snapshot(options, services);
}

}  // namespace

void add_dataset_create(Command& command, Services& services, const DatasetNoun& noun) {
    auto verb = command.subcommand("create", "Take a snapshot of a datasource, or upload a file");
    auto& options = verb.keep<CreateOptions>();
    verb.argument("[NAME]", options.name, "The dataset's name; by default the datasource's and the time",
                  false, {.missing = "a name"});
    verb.option("--datasource", options.datasource, "What to take a snapshot of, by name or id",
                {.value = "NAME", .completes = Completes::datasource});
    add_upload_options(verb, options.upload);
    add_if_exists(verb, options.if_exists, false);
    verb.flag("--if-changed", options.if_changed,
              "Take none when the source is as in its newest dataset, and show that one");
    verb.flag("--no-wait", options.no_wait, "Do not wait until it is done");
    add_progress(verb, options.progress);
    verb.example("prevision dataset create --datasource orders");
    verb.example("prevision dataset create orders_today --datasource orders -q");
    verb.example("prevision dataset create --datasource orders --if-changed");
    verb.example("prevision dataset create leads --file leads.csv --separator ';'");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

}  // namespace prevision::cli
