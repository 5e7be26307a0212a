#pragma once

#include "cli/console.hpp"
#include "cli/verbs/listing.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// Error usage for a negative `--rows`.
void check_rows(int rows);

/// Shows the first rows of a dataset or a datasource as a list; in `json` each row is an object.
void show_sample(Console& console, const model::Sample& sample, const ListOptions& options);

}  // namespace prevision::cli
