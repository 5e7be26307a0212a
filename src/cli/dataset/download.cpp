#include <filesystem>

#include "cli/dataset/transfer.hpp"
#include "cli/dataset/verbs.hpp"
#include "cli/output_file.hpp"
#include "cli/output_sink.hpp"
#include "model/file_name.hpp"

namespace prevision::cli {

namespace {

struct DownloadOptions {
    std::string name;
    std::string to;
    std::string extension = "csv";
    bool force = false;
    std::string progress = "auto";
};

/// A file name for a dataset of any name.
std::filesystem::path file_name(const model::Dataset& dataset, const std::string& extension) {
    auto name = extension == "csv" ? model::file_name(dataset) : dataset.name + '.' + extension;
    for (auto& c : name) {
        if (c == '/' || static_cast<unsigned char>(c) < 0x20) c = '_';
    }
    if (name.empty() || name.starts_with('.')) name.insert(0, "_");
    return name;
}

/// The file that --to names, or a file of the dataset's name in the folder that it names.
std::filesystem::path destination(const model::Dataset& dataset, const DownloadOptions& options) {
    auto name = file_name(dataset, options.extension);
    if (options.to.empty()) return name;
    std::filesystem::path to(options.to);
    std::error_code ignored;
    return std::filesystem::is_directory(to, ignored) ? to / name : to;
}

void to_stdout(Services& services, const model::Dataset& dataset, const DownloadOptions& options) {
    const auto progress = make_progress(services, dataset.name, options.progress);
    OutputSink output(services.io());
    const auto arrived = transfer(services, dataset, options.extension, &output, *progress);
    output.finish();
    progress->finish("wrote " + dataset.name, {.bytes = arrived.bytes});
}

/// Writes the file and shows what it holds, unless it is stdout. Error conflict when a file is there, unless --force replaces it.
void to_file(Services& services, const model::Dataset& dataset, const DownloadOptions& options) {
    const auto progress = make_progress(services, dataset.name, options.progress);
    const auto path = destination(dataset, options);
    const auto taken = [&] {
        return Error(ErrorClass::conflict, fmt::format("cannot write {}: it exists already", path.string()),
                     "--force replaces it, --to names another file");
    };
    OutputFile file(path, services.io().out);
    if (!options.force && file.replaces()) throw taken();
    const auto arrived = transfer(services, dataset, options.extension, &file, *progress);
    if (options.force) {
        file.commit();
    } else if (!file.commit_if_absent()) {
        throw taken();
    }
    progress->finish("wrote " + path.string(), {.bytes = arrived.bytes});
    if (!file.is_stdout())
        show_object(services, transfer_fields(), describe_transfer(dataset, arrived, path.string()));
}

}  // namespace

void add_dataset_download(Command& command, Services& services) {
    auto verb = command.subcommand("download", "Write a dataset's bytes to a file");
    auto& options = verb.keep<DownloadOptions>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::dataset});
    verb.option(
        "--to", options.to,
        "The file, or the folder for NAME.csv (or as the type is); - is stdout; by default this folder",
        {.value = "FILE", .completes = Completes::file});
    verb.option("--extension", options.extension, "The form of the bytes: csv is the file as it is kept",
                {.value = "FORM", .choices = {"csv", "zip", "parquet"}});
    verb.flag("--force", options.force, "Replace a file that exists");
    add_progress(verb, options.progress);
    verb.example("prevision dataset download orders_today --to orders.csv");
    verb.example("prevision dataset download orders_today --to - | wc -l");
    verb.action([&options, &services] {
        const auto dataset = find<model::Dataset>(services, options.name);
        if (options.to == "-") {
            to_stdout(services, dataset, options);
        } else {
            to_file(services, dataset, options);
        }
    });
}

}  // namespace prevision::cli
