#include "cli/dataset/manifest_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t longest_manifest = std::size_t{256} << 20U;
constexpr std::size_t chunk_size = std::size_t{256} << 10U;

model::Manifest read_manifest(const std::string& path) {
    const auto text = read_regular_file(path, longest_manifest);
    model::Manifest manifest;
    try {
        manifest = model::decode_manifest(model::JsonText(text));
    } catch (const Error& error) {
        throw Error(error.error_class(), fmt::format("cannot use the manifest {}: {}", path, error.what()),
                    error.hint());
    }
    if (manifest.sha256.empty() || !manifest.bytes) {
        throw Error(ErrorClass::invalid, fmt::format("cannot use the manifest {}: it has no {}", path,
                                                     manifest.bytes ? "sha256" : "bytes"));
    }
    const auto columns = sha256_of(model::canonical_columns(manifest.columns));
    if (!manifest.columns_sha256.empty() && !equal_ignoring_case(manifest.columns_sha256, columns)) {
        throw Error(
            ErrorClass::integrity,
            fmt::format("the manifest {} was changed: its columns have another SHA-256 than it says", path));
    }
    return manifest;
}

Transferred hash_file(Services& services, const std::string& path) {
    const auto file = open_file(path == "-" ? "/dev/stdin" : path, O_RDONLY);
    std::string buffer(chunk_size, '\0');
    Sha256 hash;
    Transferred read;
    while (const auto count = read_some(file, buffer, path)) {
        services.cancellation().check();
        hash.update(std::string_view(buffer).substr(0, count));
        read.bytes += count;
    }
    read.sha256 = hash.finish();
    return read;
}

}  // namespace

model::Manifest manifest_of(const model::Dataset& dataset) {
    const auto failure = fmt::format("cannot write the manifest of the dataset '{}'", dataset.name);
    if (dataset.manifest.empty()) {
        throw Error(ErrorClass::invalid, fmt::format("{}: {}", failure,
                                                     dataset.done() ? "the platform keeps no manifests"
                                                                    : "the dataset is not done"));
    }
    auto manifest = model::decode_manifest(model::JsonText(dataset.manifest));
    if (manifest.bytes != dataset.bytes || !equal_ignoring_case(manifest.sha256, dataset.sha256))
        throw Error(ErrorClass::integrity, failure + ": it belongs to other bytes than the dataset has");
    return manifest;
}

std::filesystem::path manifest_path(const std::filesystem::path& file) {
    auto path = file;
    return path += ".manifest.json";
}

TransferredDataset verify_file(Services& services, const std::string& file, const std::string& manifest) {
    const auto wanted = read_manifest(manifest);
    const auto found = hash_file(services, file);
    const auto differs = [&](const std::string& why) {
        return Error(ErrorClass::integrity,
                     fmt::format("{} is not what {} describes: {}", file, manifest, why),
                     "download it again, or look for the file that the manifest belongs to");
    };
    if (found.bytes != *wanted.bytes)
        throw differs(fmt::format("it has {} bytes instead of {}", found.bytes, *wanted.bytes));
    if (!equal_ignoring_case(found.sha256, wanted.sha256))
        throw differs(fmt::format("its SHA-256 is {} instead of {}", found.sha256, wanted.sha256));
    services.message(fmt::format("{} is what {} describes: its size and SHA-256 match", file, manifest));
    model::Dataset dataset;
    dataset.id = wanted.dataset.id;
    dataset.name = wanted.dataset.name;
    return describe_transfer(dataset, found, file);
}

}  // namespace prevision::cli
