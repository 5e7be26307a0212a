#pragma once

#include "model/model.hpp"
#include "snapshot/inspect/file_inspector.hpp"

namespace prevision::platform {

/// What the user says of a file. Error invalid, naming the field, for what cannot be.
snapshot::FormatOverrides parse_format(const model::FileFormat& format);

/// As it is kept: a tab by itself, however it was written. Errors are `parse_format`'s.
model::FileFormat normal_format(const model::FileFormat& format);

/// The file of a dataset, of that name, as it was found to be written. A table has no name.
model::DatasetFile describe_file(const std::string& name, const snapshot::FileForm& form);

}  // namespace prevision::platform
