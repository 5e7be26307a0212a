#pragma once

#include <string>

#include "core/cancellation.hpp"
#include "core/secret.hpp"

namespace prevision {

/// Runs a command line in a shell and gives what it writes to stdout, less one newline at its end. Neither
/// the command's argument list nor its environment ever holds the secret. `option` is what the user gave the
/// command as ("--token-command"), for messages. Error invalid when the command fails or writes too much; the
/// cancellation's Error at once when that is raised, and the shell is ended.
Secret read_secret_command(const std::string& command, const std::string& option, Cancellation& cancellation);

/// A text that holds a secret, less one newline at its end; the text is wiped.
Secret without_last_newline(std::string text);

}  // namespace prevision
