#pragma once

#include "core/error.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// Writes an error for a person (`prevision: WHAT FAILED: WHY`, `hint: WHAT TO DO`), or as one JSON object.
void report_error(const Error& error, bool as_json, Output& err);

}  // namespace prevision::cli
