#pragma once

#include "cli/console.hpp"
#include "core/error.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// Writes how a command ended to stderr. For a person that is the error (`prevision: WHAT FAILED: WHY`, `hint: WHAT TO DO`).
/// With -o json and jsonl it is one object with the error, the warnings and the output of -v; nothing when all are empty.
void report_end(const Error* error, const Console& console, Io& io);

}  // namespace prevision::cli
