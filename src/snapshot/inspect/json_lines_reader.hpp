#pragma once

#include <memory>
#include <string_view>

#include "snapshot/inspect/record_reader.hpp"

namespace prevision::snapshot {

/// Reads a text of one JSON object a line; empty lines do not count. The columns are the keys of all objects, in
/// the order in which they first appear; a key that an object lacks is a missing value, as null is. When the
/// first line is anything else, or a line has more than 16 MiB, that is a problem; later lines that are no
/// objects are noted and do not count. The preview must outlive the reader; its columns are those of the lines
/// among the first 64 KiB.
std::unique_ptr<RecordReader> make_json_lines_reader(RowPreview& preview);

/// Whether a line is one JSON object.
bool is_json_object(std::string_view line);

}  // namespace prevision::snapshot
