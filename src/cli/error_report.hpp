#pragma once

#include "cli/console.hpp"
#include "core/error.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// Writes how a command ended to stderr: an error for a person (`prevision: WHAT FAILED: WHY`, `hint: WHAT TO DO`), or, with
/// -o json and jsonl, one object that holds the error, the warnings and what -v shows. Nothing where there is none of these.
void report_end(const Error* error, const Console& console, Output& err);

}  // namespace prevision::cli
