#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/in_process.hpp"

namespace prevision::testing {

/// Runs command lines in this process, on an embedded platform with a home of its own: as `Prevision`, which starts the program.
class EmbeddedPrevision {
  public:
    /// `environment` is added to PATH and PREVISION_HOME, the only variables of every run.
    RunResult operator()(const std::vector<std::string>& arguments, const std::string& input = {},
                         const std::map<std::string, std::string>& environment = {}) const;

    /// Runs it, requires exit code 0, and returns what it wrote to stdout.
    std::string ok(const std::vector<std::string>& arguments, const std::string& input = {}) const;

    [[nodiscard]] std::filesystem::path home() const { return folder_ / "home"; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  private:
    TemporaryDirectory folder_;
};

}  // namespace prevision::testing
