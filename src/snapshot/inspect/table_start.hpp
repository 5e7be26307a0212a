#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "snapshot/inspect/dialect_trial.hpp"

namespace prevision::snapshot {

/// How many values most of the rows have; there is at least one row.
std::size_t most_common_width(std::span<const SampleRows::Row> rows);

/// How many rows have that width; a separator at the end of a row adds none to it.
std::size_t rows_of_width(std::span<const SampleRows::Row> rows, std::size_t width);

/// Takes away the lines that begin with '#', unless they may be rows: one that is as wide as the table, or follows a
/// row and has no blank behind the mark, or any such line of a single column. Returns the line of the first one, or 0.
std::uint64_t take_comments(std::vector<SampleRows::Row>& rows);

/// The row where the table begins, when those before it are a title: much narrower, as a whole or beside values
/// that are empty, or prose, or remarks as `; made by` and `-- of`. Where a title has as many values as the table,
/// the first row of the table must be its header.
std::size_t first_row_of_table(std::span<const SampleRows::Row> rows, std::size_t width);

}  // namespace prevision::snapshot
