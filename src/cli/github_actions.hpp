#pragma once

#include "core/error.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// Whether a step of GitHub Actions runs this: `GITHUB_ACTIONS` is `true`.
bool in_github_actions(const Environment& environment);

/// Writes the error as an annotation of the step. Nothing elsewhere.
void annotate_error(const Error& error, const Environment& environment, Output& err);

/// Tells the runner to hide the secret in its log, by a line that the runner does not show. Nothing elsewhere, and nothing
/// where stderr is a file, which the runner does not read and which would keep the secret.
void mask_secret(const Secret& secret, const Io& io);

}  // namespace prevision::cli
