#pragma once

#include <memory>

#include "snapshot/inspect/dialect.hpp"
#include "snapshot/inspect/record_reader.hpp"

namespace prevision::snapshot {

/// Reads a text of that dialect. The first record tells how many columns there are; a later one with more or
/// fewer values counts as a row, and is noted. An empty line counts where there is one column (it is the
/// missing value), and nowhere else. The preview must outlive the reader.
std::unique_ptr<RecordReader> make_delimited_reader(const Dialect& dialect, RowPreview& preview);

}  // namespace prevision::snapshot
