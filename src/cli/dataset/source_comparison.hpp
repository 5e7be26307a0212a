#pragma once

#include "cli/dataset/transfer.hpp"

namespace prevision::cli {

/// Reads the dataset's source again, keeps nothing, and compares it with the dataset. Error integrity when it yields other
/// bytes or columns, or the datasource has another location since; conflict for a failed snapshot; invalid for an upload, an
/// increment, or a dataset without a SHA-256.
TransferredDataset compare_with_source(Services& services, const model::Dataset& dataset);

}  // namespace prevision::cli
