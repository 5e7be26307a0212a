#include <filesystem>
#include <optional>

#include "cli/dataset/manifest_file.hpp"
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
    bool manifest = false;
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

Error taken(const std::filesystem::path& path) {
    return {ErrorClass::conflict, fmt::format("cannot write {}: it exists already", path.string()),
            "--force replaces it, --to names another file"};
}

/// A file that appears by `commit`. Error conflict when one is there, unless --force replaces it.
class NewFile {
  public:
    NewFile(Services& services, std::filesystem::path path, bool force)
        : path_(std::move(path)), force_(force), file_(path_, services.io().out) {
        if (!force_ && file_.replaces()) throw taken(path_);
    }

    [[nodiscard]] OutputFile& file() { return file_; }
    [[nodiscard]] std::string path() const { return path_.string(); }

    void commit() {
        if (force_) {
            file_.commit();
        } else if (!file_.commit_if_absent()) {
            throw taken(path_);
        }
    }

  private:
    std::filesystem::path path_;
    bool force_;
    OutputFile file_;
};

/// Error usage where no manifest can stand beside the file, or would not describe its bytes.
void check_manifest_option(const DownloadOptions& options) {
    if (!options.manifest) return;
    if (options.extension != "csv")
        throw Error(ErrorClass::usage,
                    fmt::format("--manifest describes the csv form, not {}", options.extension),
                    "leave out --extension");
    std::error_code ignored;
    if (options.to == "-" || (std::filesystem::exists(options.to, ignored) &&
                              !std::filesystem::is_regular_file(options.to, ignored) &&
                              !std::filesystem::is_directory(options.to, ignored)))
        throw Error(ErrorClass::usage,
                    fmt::format("--manifest writes a second file beside the dataset's, but {} is not a file",
                                options.to == "-" ? "stdout" : options.to),
                    "name a file with --to");
}

/// Writes the file, and its manifest where that is wanted, and shows what it holds, unless it is stdout.
void to_file(Services& services, const model::Dataset& dataset, const DownloadOptions& options) {
    std::optional<model::Manifest> manifest;
    if (options.manifest) manifest = manifest_of(dataset);
    const auto progress = make_progress(services, dataset.name, options.progress);
    const auto path = destination(dataset, options);
    NewFile target(services, path, options.force);
    std::optional<NewFile> beside;
    if (manifest) beside.emplace(services, manifest_path(path), options.force);
    const auto arrived = transfer(services, dataset, options.extension, &target.file(), *progress);
    target.commit();
    if (beside) {
        beside->file().write(manifest->document + "\n");
        beside->commit();
    }
    progress->finish("wrote " + target.path(), {.bytes = arrived.bytes});
    if (!target.file().is_stdout())
        show_object(services, transfer_fields(), describe_transfer(dataset, arrived, target.path()));
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
    verb.flag("--manifest", options.manifest,
              "Write the dataset's manifest beside the file, as FILE.manifest.json");
    verb.flag("--force", options.force, "Replace a file that exists");
    add_progress(verb, options.progress);
    verb.example("prevision dataset download orders_today --to orders.csv");
    verb.example("prevision dataset download orders_today --to - | wc -l");
    verb.example("prevision dataset download orders_today --to orders.csv --manifest");
    verb.action([&options, &services] {
        check_manifest_option(options);
        const auto dataset = find<model::Dataset>(services, options.name);
        if (options.to == "-") {
            to_stdout(services, dataset, options);
        } else {
            to_file(services, dataset, options);
        }
    });
}

}  // namespace prevision::cli
