#pragma once

#include <string>
#include <vector>

#include "model/model.hpp"
#include "snapshot/inspect/file_inspector.hpp"

namespace prevision::platform {

/// The format that a user demands. Error invalid, naming the field, for an invalid value.
snapshot::FormatOverrides parse_format(const model::FileFormat& format);

/// The format as it is stored: "\\t" and "tab" become the character. Errors as `parse_format`.
model::FileFormat normal_format(const model::FileFormat& format);

/// The description of a dataset's file, with the format that was found. The name is empty for a table.
model::DatasetFile describe_file(const std::string& name, const snapshot::FileForm& form);

/// The columns as a dataset's record has them, in valid UTF-8.
std::vector<model::SchemaColumn> describe_columns(const std::vector<sources::Column>& columns);

}  // namespace prevision::platform
