#pragma once

#include "core/error.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// Whether a step of GitHub Actions runs this: `GITHUB_ACTIONS` is `true`.
bool in_github_actions(const Environment& environment);

/// Writes the error as an annotation of the step. Nothing elsewhere.
void annotate_error(const Error& error, const Environment& environment, Output& err);

/// Has the runner hide the secret wherever the log would show it. Nothing elsewhere. The runner takes this
/// line itself and never shows it.
void mask_secret(const Secret& secret, const Environment& environment, Output& err);

}  // namespace prevision::cli
