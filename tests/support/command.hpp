#pragma once

#include <string>
#include <vector>

namespace prevision::testing {

struct CommandResult {
    int exit_code = 0;
    std::string output;
    std::string errors;
};

/// Runs a program to its end and keeps what it writes. `environment` ("NAME=value") is added to our own.
/// Throws std::runtime_error when it is not installed.
CommandResult run_command(const std::vector<std::string>& arguments, const std::string& input = {},
                          const std::vector<std::string>& environment = {});

}  // namespace prevision::testing
