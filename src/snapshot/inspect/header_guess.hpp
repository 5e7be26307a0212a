#pragma once

#include <span>

#include "snapshot/inspect/dialect_trial.hpp"

namespace prevision::snapshot {

/// Whether the first of these rows has the names of the columns.
///
/// It has when its values are unlike those below: text over numbers, or years and numbers in sequence over
/// other ones. Where all columns are text it has, unless its values look like data: one is missing in the middle,
/// is a number or date, or comes again below.
bool guess_header(std::span<const SampleRows::Row> rows);

/// How sure that is: certain by values below that are unlike, possible where nothing speaks against it.
enum class HeaderSign { denied, possible, certain };

HeaderSign header_sign(std::span<const SampleRows::Row> rows);

}  // namespace prevision::snapshot
