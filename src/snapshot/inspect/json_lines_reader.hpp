#pragma once

#include <memory>
#include <string_view>

#include "snapshot/inspect/record_reader.hpp"

namespace prevision::snapshot {

/// Reads a text of one JSON object a line; lines with nothing in them do not count. The columns are the keys
/// of all objects, in the order in which they first appear; a key that an object lacks is a missing value, as
/// null is. A line that is anything else is a problem, and so is one of more than 16 MiB. The preview must
/// outlive the reader; its columns are those of the lines among the first 64 KiB.
std::unique_ptr<RecordReader> make_json_lines_reader(RowPreview& preview);

/// Whether a line is one JSON object.
bool is_json_object(std::string_view line);

}  // namespace prevision::snapshot
