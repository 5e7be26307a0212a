#include "cli/dataset/download.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/output_sink.hpp"
#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "model/file_name.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

namespace {

/// Counts, hashes and hands on what arrives.
class HashingSink final : public ByteSink {
  public:
    /// Without `next`, the bytes go nowhere.
    HashingSink(ByteSink* next, std::optional<std::uint64_t> total, render::Progress& progress)
        : next_(next), total_(total), progress_(progress) {}

    void write(std::string_view chunk) override {
        // An answer need not end by itself.
        if (total_ && chunk.size() > *total_ - bytes_) {
            throw Error(ErrorClass::integrity,
                        fmt::format("the dataset has {} bytes, but more arrive", *total_),
                        "download it again; if that does not help, take the snapshot again");
        }
        if (next_ != nullptr) next_->write(chunk);
        hash_.update(chunk);
        bytes_ += chunk.size();
        progress_.update({.bytes = bytes_, .total_bytes = total_, .rows = std::nullopt});
    }

    Downloaded finish(const std::string& path) {
        return {.path = path, .bytes = bytes_, .sha256 = hash_.finish()};
    }

  private:
    ByteSink* next_;
    std::optional<std::uint64_t> total_;
    render::Progress& progress_;
    Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

/// The dataset's hash is that of its csv form alone.
void check(const model::Dataset& dataset, const Downloaded& downloaded) {
    if (dataset.bytes && *dataset.bytes != downloaded.bytes) {
        throw Error(ErrorClass::integrity,
                    fmt::format("the dataset '{}' has {} bytes, but {} arrived", dataset.name, *dataset.bytes,
                                downloaded.bytes),
                    "download it again; if that does not help, take the snapshot again");
    }
    if (!dataset.sha256.empty() && !equal_ignoring_case(dataset.sha256, downloaded.sha256)) {
        throw Error(ErrorClass::integrity,
                    fmt::format("the dataset '{}' has the SHA-256 {}, but what arrived has {}", dataset.name,
                                dataset.sha256, downloaded.sha256),
                    "download it again; if that does not help, take the snapshot again");
    }
}

/// A file name for a dataset of any name.
std::filesystem::path file_name(const model::Dataset& dataset, const std::string& extension) {
    auto name = extension == "csv" ? model::file_name(dataset) : dataset.name + '.' + extension;
    for (auto& c : name) {
        if (c == '/' || static_cast<unsigned char>(c) < 0x20) c = '_';
    }
    if (name.empty() || name.starts_with('.')) name.insert(0, "_");
    return name;
}

/// Where the bytes go: what `to` names, or a file of the dataset's name in the folder that it names.
std::filesystem::path destination(const model::Dataset& dataset, const DownloadOptions& options) {
    auto name = file_name(dataset, options.extension);
    if (options.to.empty()) return name;
    std::filesystem::path to(options.to);
    std::error_code ignored;
    return std::filesystem::is_directory(to, ignored) ? to / name : to;
}

}  // namespace

Downloaded download(Services& services, const model::Dataset& dataset, const DownloadOptions& options) {
    const auto mode = render::parse_progress_mode(options.progress).value_or(render::ProgressMode::automatic);
    const auto progress = render::make_progress(dataset.name, services.io(), mode);
    const bool is_csv = options.extension == "csv";
    const auto total = is_csv ? dataset.bytes : std::nullopt;
    if (options.to == "-") {
        OutputSink output(services.io());
        HashingSink sink(&output, total, *progress);
        services.client().download_dataset(api::refer_to(dataset), options.extension, sink);
        output.finish();
        auto downloaded = sink.finish("");
        if (is_csv) check(dataset, downloaded);
        progress->finish();
        return downloaded;
    }
    const auto path = destination(dataset, options);
    const auto taken = [&] {
        return Error(ErrorClass::conflict, fmt::format("cannot write {}: it exists already", path.string()),
                     "--force replaces it, --to names another file");
    };
    std::error_code ignored;
    if (!options.force && std::filesystem::exists(path, ignored)) throw taken();
    AtomicFile file(path, 0666);
    HashingSink sink(&file, total, *progress);
    services.client().download_dataset(api::refer_to(dataset), options.extension, sink);
    auto downloaded = sink.finish(path.string());
    if (is_csv) check(dataset, downloaded);
    if (options.force) {
        file.commit();
    } else if (!file.commit_if_absent()) {
        throw taken();
    }
    progress->finish();
    return downloaded;
}

Downloaded verify(Services& services, const model::Dataset& dataset) {
    if (dataset.failed()) {
        throw Error(ErrorClass::conflict,
                    fmt::format("cannot verify the dataset '{}': the snapshot failed{}", dataset.name,
                                dataset.message.empty() ? "" : ": " + dataset.message));
    }
    if (dataset.sha256.empty()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("cannot verify the dataset '{}': it has no SHA-256", dataset.name));
    }
    const auto progress = render::make_progress(dataset.name, services.io());
    HashingSink sink(nullptr, dataset.bytes, *progress);
    services.client().download_dataset(api::refer_to(dataset), "csv", sink);
    auto downloaded = sink.finish("");
    check(dataset, downloaded);
    progress->finish();
    services.message(
        fmt::format("the dataset '{}' is as it was taken: its size and SHA-256 match", dataset.name));
    return downloaded;
}

}  // namespace prevision::cli
