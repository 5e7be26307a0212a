#pragma once

#include <optional>
#include <string>

#include "cli/services.hpp"
#include "model/model.hpp"

namespace prevision::cli {

struct Downloaded {
    std::string path;  ///< empty for stdout
    std::uint64_t bytes = 0;
    std::string sha256;
};

struct DownloadOptions {
    std::string name;
    std::string to;  ///< a file; "-" is stdout; empty is `NAME.csv`, or as its type is, in the current folder
    std::string extension = "csv";
    bool force = false;  ///< whether a file that exists may be replaced
    std::string progress = "auto";
};

/// Fetches a dataset's bytes. A file appears only when it is whole and its SHA-256 is the dataset's, where
/// the platform tells that. Error conflict when the file exists, integrity when the bytes are others.
Downloaded download(Services& services, const model::Dataset& dataset, const DownloadOptions& options);

/// Fetches the bytes, keeps none, and compares count and SHA-256 with the dataset's. Error integrity when
/// they differ, invalid where the platform tells none.
Downloaded verify(Services& services, const model::Dataset& dataset);

}  // namespace prevision::cli
