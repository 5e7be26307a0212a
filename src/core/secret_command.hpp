#pragma once

#include <string>

#include "core/cancellation.hpp"
#include "core/secret.hpp"

namespace prevision {

/// Runs a command line in a shell and returns its stdout, less one newline at its end. `option` is the flag that
/// the user gave ("--token-command"), for messages. Error invalid when the command fails or writes more than 1 MiB;
/// when the cancellation is raised, its Error at once, and the shell is ended.
Secret read_secret_command(const std::string& command, const std::string& option, Cancellation& cancellation);

/// The text as a secret, less one newline at its end; the text itself is wiped.
Secret without_last_newline(std::string text);

}  // namespace prevision
