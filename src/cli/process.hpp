#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/cancellation.hpp"

namespace prevision::cli {

/// The arguments without the program's name. The value of `--password`, and user names and passwords in URLs, are
/// overwritten in `argv` at once, so that a list of processes does not show them.
std::vector<std::string> take_arguments(int argc, char** argv);

/// Sets up the process: no closed standard stream, no core dump (it could hold a secret), no death by SIGPIPE; SIGINT, SIGTERM and
/// SIGHUP raise the cancellation instead of ending it. A second signal ends it, as does a first one after five seconds (see
/// `set_grace`). Call it once, before any thread is started.
void prepare_process(std::shared_ptr<Cancellation> cancellation);

/// Sets how long the process may take to end after a first signal: for a server that drains.
void set_grace(std::chrono::milliseconds grace);

}  // namespace prevision::cli
