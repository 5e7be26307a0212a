#pragma once

#include "cli/console.hpp"
#include "cli/verbs/listing.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// Error usage for a `--rows` that is no number of rows.
void check_rows(int rows);

/// Shows the first rows of a dataset or a datasource: a column a column; in `json` an object a row.
void show_sample(Console& console, const model::Sample& sample, const ListOptions& options);

}  // namespace prevision::cli
