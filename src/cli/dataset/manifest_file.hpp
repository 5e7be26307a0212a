#pragma once

#include <filesystem>
#include <string>

#include "cli/dataset/transfer.hpp"
#include "model/manifest.hpp"

namespace prevision::cli {

/// The dataset's manifest, whose size and SHA-256 are those of the dataset. Error invalid where the platform keeps none,
/// integrity where it belongs to other bytes.
model::Manifest manifest_of(const model::Dataset& dataset);

/// Where `dataset download --manifest` writes the manifest of a file: orders.csv.manifest.json.
std::filesystem::path manifest_path(const std::filesystem::path& file);

/// Compares a file ("-" is stdin) with a manifest's size and SHA-256; asks no platform. Error integrity when they differ,
/// not_found when one of the two files does not exist, invalid when the second is not a manifest or has no SHA-256.
TransferredDataset verify_file(Services& services, const std::string& file, const std::string& manifest);

}  // namespace prevision::cli
