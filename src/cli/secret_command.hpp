#pragma once

#include <chrono>
#include <string>

#include "core/cancellation.hpp"
#include "core/secret.hpp"

namespace prevision {

/// Runs a command line in a shell and returns its stdout, less one newline at its end. Its stdin is /dev/null. `option` is the flag
/// that the user gave ("--token-command"), for messages. `limit` is how long it may take; 0 is no limit. Error invalid when the
/// command fails, prints nothing or more than 1 MiB; unreachable when the time is up; the cancellation's Error when that is
/// raised. The shell and what it has started are ended on every way out.
Secret read_secret_command(const std::string& command, const std::string& option,
                           std::chrono::milliseconds limit, Cancellation& cancellation);

/// The text as a secret, less one newline at its end; the text itself is wiped.
Secret without_last_newline(std::string text);

}  // namespace prevision
