#include "cli/dataset/snapshot_watch.hpp"
#include "cli/dataset/verbs.hpp"
#include "cli/verbs/existing.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

namespace {

using model::Dataset;

struct CreateOptions {
    std::string name;
    std::string datasource;
    IfExists if_exists;
    bool no_wait = false;
    std::string progress = "auto";
};

/// A name with the time, so that names sort by it.
std::string default_name(const std::string& datasource, const Clock& clock) {
    auto time = format_time(clock.now());
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}-{}", datasource, time);
}

/// A failed snapshot does not reserve its name: the new one replaces it.
void replace_failed(Services& services, const std::vector<std::string>& failed) {
    for (const auto& id : failed) {
        services.client().delete_dataset({id, {}});
        services.notice(fmt::format("replaced the snapshot {}, which had failed", id));
    }
}

Dataset run_create(const CreateOptions& options, Services& services) {
    const auto datasource = find<model::Datasource>(services, options.datasource);
    const auto name =
        options.name.empty() ? default_name(datasource.name, services.io().clock) : options.name;
    std::vector<std::string> failed;
    if (!options.name.empty()) {
        auto named = find_named<Dataset>(services, name);
        std::erase_if(named, [&](const Dataset& dataset) {
            if (dataset.failed()) failed.push_back(dataset.id);
            return dataset.failed();
        });
        const auto existing = settle_existing<Dataset>(services, options.if_exists, name, named);
        if (existing) return *existing;
    }
    if (options.no_wait) services.keep_snapshots_running();
    const auto started = start_snapshot(services, name, datasource.id);
    if (options.if_exists.choice != "duplicate") replace_failed(services, failed);
    return options.no_wait ? started : watch_snapshot(services, started, options.progress);
}

}  // namespace

void add_progress(Command& verb, std::string& progress) {
    verb.option("--progress", progress, "How to show progress on stderr",
                {.value = "MODE", .choices = render::progress_mode_names()});
}

void add_dataset_create(Command& command, Services& services, const DatasetNoun& noun) {
    auto verb = command.subcommand("create", "Take a snapshot of a datasource");
    auto& options = verb.keep<CreateOptions>();
    verb.argument("[NAME]", options.name, "The dataset's name; by default the datasource's and the time",
                  false);
    verb.option("--datasource", options.datasource, "What to take a snapshot of, by name or id",
                {.value = "NAME", .required = true, .completes = Completes::datasource});
    add_if_exists(verb, options.if_exists, false);
    verb.flag("--no-wait", options.no_wait, "Do not wait until it is done");
    add_progress(verb, options.progress);
    verb.example("prevision dataset create --datasource orders");
    verb.example("prevision dataset create orders_today --datasource orders -q");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

}  // namespace prevision::cli
