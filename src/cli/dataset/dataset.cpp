#include <algorithm>

#include "cli/dataset/download.hpp"
#include "cli/dataset/snapshot_watch.hpp"
#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"
#include "cli/verbs/sample.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

namespace {

using model::Dataset;

/// One word for the platform's several states.
std::string state_of(const Dataset& dataset) {
    if (dataset.failed()) return "failed";
    if (dataset.done()) return "done";
    return dataset.copy_state == "pending" ? "pending" : "running";
}

std::string describe_schema(const Dataset& dataset) {
    std::vector<std::string> columns;
    for (const auto& column : dataset.schema) {
        columns.push_back(
            fmt::format("{} {}{}", column.name, column.type, column.nullable ? "" : " not null"));
    }
    return join(columns, ", ");
}

Noun<Dataset> dataset_noun() {
    return {
        .name = "dataset",
        .completes = Completes::dataset,
        .fields = {text("id", &Dataset::id),
                   text("name", &Dataset::name),
                   {{"state"}, [](const Dataset& dataset) { return cell(state_of(dataset)); }},
                   number("rows", &Dataset::rows),
                   number("bytes", &Dataset::bytes),
                   {{"file_type"}, [](const Dataset& dataset) { return cell(dataset.file.type); }, false},
                   {{"compression"},
                    [](const Dataset& dataset) { return cell(dataset.file.compression); },
                    false},
                   {{"separator"},
                    [](const Dataset& dataset) { return cell(dataset.file.format.separator); },
                    false},
                   {{"note"}, [](const Dataset& dataset) { return cell(dataset.file.note); }, false},
                   extra(text("datasource_id", &Dataset::datasource_id)),
                   extra(text("sha256", &Dataset::sha256)),
                   {{"schema"}, [](const Dataset& dataset) { return cell(describe_schema(dataset)); }, false},
                   extra(text("message", &Dataset::message)),
                   time("created_at", &Dataset::created_at)},
        .list = [](Services& services,
                   const auto& each) { services.client().list<model::Dataset>(services.project_id(), each); },
        .find =
            [](Services& services, const std::string& name) {
                return find_dataset(services.client(), services.project_id(), name);
            },
        .remove =
            [](Services& services, const Dataset& dataset) {
                services.client().remove<model::Dataset>(api::refer_to(dataset));
            },
        .remove_dependents = {}};
}

struct CreateOptions {
    std::string name;
    std::string datasource;
    IfExists if_exists;
    bool no_wait = false;
    std::string progress = "auto";
};

/// A name that no other snapshot of the datasource has, and that sorts by time.
std::string default_name(const std::string& datasource, const Clock& clock) {
    auto time = format_time(clock.now());
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}-{}", datasource, time);
}

/// What failed holds no data, and so no name: a new try takes its place.
void replace_failed(Services& services, const std::vector<std::string>& failed) {
    for (const auto& id : failed) {
        services.client().remove<model::Dataset>({id, {}});
        services.message(fmt::format("replaced the snapshot {}, which had failed", id));
    }
}

Dataset run_create(const CreateOptions& options, Services& services) {
    auto& client = services.client();
    const auto datasource = find_datasource(client, services.project_id(), options.datasource);
    const auto name =
        options.name.empty() ? default_name(datasource.name, services.io().clock) : options.name;
    std::vector<std::string> failed;
    if (!options.name.empty()) {
        const auto existing =
            settle_existing<Dataset>(services, options.if_exists, "dataset", name, [&](const auto& each) {
                client.list_named<model::Dataset>(services.project_id(), name, [&](Dataset dataset) {
                    if (!dataset.failed() || dataset.name != name) return each(std::move(dataset));
                    failed.push_back(dataset.id);
                    return true;
                });
            });
        if (existing) return *existing;
    }
    if (options.no_wait) services.keep_snapshots_running();
    const auto started = start_snapshot(services, name, datasource.id, options.if_exists.names());
    if (options.if_exists.choice != "duplicate") replace_failed(services, failed);
    return options.no_wait ? started : watch_snapshot(services, started, options.progress);
}

void add_progress(Command& verb, std::string& progress) {
    verb.option("--progress", progress, "How to show how far it is, on stderr",
                {.value = "MODE", .choices = render::progress_mode_names()});
}

void add_create(Command& command, Services& services, const Noun<Dataset>& noun) {
    auto verb = command.subcommand("create", "Take a snapshot of a datasource");
    auto& options = verb.keep<CreateOptions>();
    verb.argument("[NAME]", options.name, "The dataset's name; the datasource's and the time without it",
                  false);
    verb.option("--datasource", options.datasource, "What to take a snapshot of, by name or id",
                {.value = "NAME", .required = true, .completes = Completes::datasource});
    add_if_exists(verb, options.if_exists, false);
    verb.flag("--no-wait", options.no_wait, "Do not wait until it is done");
    add_progress(verb, options.progress);
    verb.example("prevision dataset create --datasource orders");
    verb.example("prevision dataset create orders_today --datasource orders -q");
    verb.action(
        [&options, &noun, &services] { show_object(services, noun.fields, run_create(options, services)); });
}

void add_head(Command& command, Services& services, const Noun<Dataset>& noun) {
    struct Options {
        std::string name;
        int rows = 10;
        ListOptions list;
    };
    auto verb = command.subcommand("head", "Show a dataset's first rows");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = noun.completes});
    verb.option("-n,--rows", options.rows, "How many rows; a platform may give ten at the most");
    add_list_options(verb, options.list, {}, Completes::dataset_column);
    verb.detail("--sort, --filter and --limit see the rows alone that --rows has fetched.");
    verb.example("prevision dataset head orders_today -n 3");
    verb.action([&options, &noun, &services] {
        check_rows(options.rows);
        const auto dataset = noun.find(services, options.name);
        auto sample = services.client().sample_dataset(api::refer_to(dataset), options.rows);
        // A platform without `limit` sends its ten rows whatever was asked for.
        const auto wanted = static_cast<std::size_t>(options.rows);
        if (sample.rows.size() > wanted) sample.rows.resize(wanted);
        show_sample(services, sample, options.list);
    });
}

/// The result of a download or a verification, as an object.
void show_downloaded(Services& services, const Dataset& dataset, const Downloaded& downloaded) {
    const auto document = model::JsonObject()
                              .text("_id", dataset.id)
                              .text("name", dataset.name)
                              .text_or_null("path", downloaded.path)
                              .value("bytes", downloaded.bytes)
                              .text("sha256", downloaded.sha256)
                              .finish();
    render::render_object({{"name"}, {"path"}, {"bytes", render::Alignment::right}, {"sha256"}},
                          {.id = dataset.id,
                           .cells = {cell(dataset.name), cell(downloaded.path),
                                     fmt::format("{}", downloaded.bytes), downloaded.sha256},
                           .document = document},
                          services.render_settings(), services.io().out);
}

void add_download(Command& command, Services& services, const Noun<Dataset>& noun) {
    auto verb = command.subcommand("download", "Write a dataset's bytes to a file");
    auto& options = verb.keep<DownloadOptions>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = noun.completes});
    verb.option(
        "--to", options.to,
        "The file, or the folder for NAME.csv (or as the type is); - is stdout; this folder without it",
        {.value = "FILE", .completes = Completes::file});
    verb.option("--extension", options.extension, "The form of the bytes: csv is the file as it is kept",
                {.value = "FORM", .choices = {"csv", "zip", "parquet"}});
    verb.flag("--force", options.force, "Replace a file that exists");
    add_progress(verb, options.progress);
    verb.example("prevision dataset download orders_today --to orders.csv");
    verb.example("prevision dataset download orders_today --to - | wc -l");
    verb.action([&options, &noun, &services] {
        const auto dataset = noun.find(services, options.name);
        const auto downloaded = download(services, dataset, options);
        if (options.to != "-") show_downloaded(services, dataset, downloaded);
    });
}

void add_verify(Command& command, Services& services, const Noun<Dataset>& noun) {
    auto verb = command.subcommand("verify", "Compare a dataset's bytes with its size and SHA-256");
    auto& name = verb.keep<std::string>();
    verb.argument("NAME", name, "Its name or id", true, {.completes = noun.completes});
    verb.example("prevision dataset verify orders_today");
    verb.action([&name, &noun, &services] {
        const auto dataset = noun.find(services, name);
        show_downloaded(services, dataset, verify(services, dataset));
    });
}

}  // namespace

void add_dataset(Command& root, Services& services) {
    auto command = root.subcommand("dataset", "A snapshot of a datasource", {"datasets"});
    const auto& noun = command.keep<Noun<Dataset>>(dataset_noun());
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_head(command, services, noun);
    add_download(command, services, noun);
    add_verify(command, services, noun);
    add_delete_verb(command, services, noun);
}

}  // namespace prevision::cli
