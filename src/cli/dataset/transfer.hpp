#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/services.hpp"
#include "cli/verbs/listing.hpp"
#include "model/model.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

/// What arrived of a dataset.
struct Transferred {
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// Fetches a dataset's bytes in the form `extension` into `next`, or, where that is null, only counts and hashes them. Error
/// integrity when the size or SHA-256 of its csv form differ from the dataset's, as far as the platform gives these.
Transferred transfer(Services& services, const model::Dataset& dataset, const std::string& extension,
                     ByteSink* next, render::Progress& progress);

/// Reads what the datasource yields now, and only counts and hashes it.
Transferred hash_source(Services& services, const model::Datasource& datasource, render::Progress& progress);

/// The option --progress.
void add_progress(Command& verb, std::string& progress);

/// Progress on stderr in that mode; "auto" shows none with JSON.
std::unique_ptr<render::Progress> make_progress(Services& services, const std::string& label,
                                                const std::string& mode = "auto");

/// The result of a download or a verification, as an object to show. `path` is empty where nothing was written.
struct TransferredDataset {
    std::string id;
    model::Dataset dataset;
    Transferred content;
    std::string path;
    std::string document;
};

TransferredDataset describe_transfer(const model::Dataset& dataset, const Transferred& content,
                                     const std::string& path = {});
std::vector<Field<TransferredDataset>> transfer_fields();

}  // namespace prevision::cli
