#pragma once

#include <span>
#include <string>

#include "core/cancellation.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// The program: understands the arguments (without the program's name), does what they say, and returns the
/// exit code. Throws nothing; every failure is a message on `io.err` and a code.
int run(std::span<const std::string> arguments, Io& io, Cancellation& cancellation);

}  // namespace prevision::cli
