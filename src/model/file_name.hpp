#pragma once

#include <string>

#include "model/model.hpp"

namespace prevision::model {

/// What the name of a dataset's file ends with, by its type and the name of the file that it is a copy of:
/// ".csv", ".csv.gz", ".parquet", or nothing. Letters, digits and dots only.
std::string file_suffix(const DatasetFile& file);

/// The dataset's name with that suffix, unless it has it already; any characters may be in there.
std::string file_name(const Dataset& dataset);

}  // namespace prevision::model
