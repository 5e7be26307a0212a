#pragma once

#include <string>

#include "model/model.hpp"

namespace prevision::model {

/// The suffix for a dataset's file, from its type and the name of the original file: ".csv", ".csv.gz", ".parquet",
/// or nothing. Only letters, digits and dots.
std::string file_suffix(const DatasetFile& file);

/// The dataset's name, with the suffix unless it has it already. It may hold any characters.
std::string file_name(const Dataset& dataset);

}  // namespace prevision::model
