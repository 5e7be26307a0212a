#pragma once

#include <span>
#include <string>

#include "cli/services.hpp"

namespace prevision::cli {

/// The program: runs the command that the arguments (without the program's name) name, and returns the exit
/// code. Throws nothing: every failure is a message on `io.err` and a code. `connect` replaces the connection
/// to a remote platform, for tests.
int run(std::span<const std::string> arguments, Io& io, Cancellation& cancellation,
        const Connect& connect = {});

}  // namespace prevision::cli
