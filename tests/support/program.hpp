#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "support/temporary_directory.hpp"

namespace prevision::testing {

/// How a run of a program ended.
struct ProgramResult {
    int exit_code = -1;  ///< 128 + the signal where a signal ended it
    std::string out;
    std::string err;
};

/// A program that runs. Killed, if it still does, when this goes.
class RunningProgram {
  public:
    /// `arguments` begin with the program's path. The environment is exactly `environment`.
    RunningProgram(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment, const std::string& input);
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    [[nodiscard]] pid_t process() const { return process_; }
    void signal(int number) const;

    /// What it has written so far.
    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;

    /// Waits for its end.
    ProgramResult wait();

  private:
    TemporaryDirectory folder_;
    pid_t process_ = -1;
};

/// The program under test, with a platform's home of its own.
class Prevision {
  public:
    Prevision();

    /// Runs `prevision ARGUMENTS`. `environment` is added to what every run has: PATH and PREVISION_HOME.
    ProgramResult operator()(const std::vector<std::string>& arguments, const std::string& input = {},
                             const std::map<std::string, std::string>& environment = {}) const;

    [[nodiscard]] std::unique_ptr<RunningProgram> start(
        const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment = {}) const;

    /// Runs it, requires exit code 0, and gives what it wrote to stdout.
    std::string ok(const std::vector<std::string>& arguments, const std::string& input = {}) const;

    /// That of this build; PREVISION_TEST_PROGRAM names another one, such as that of a package.
    [[nodiscard]] static std::string program();
    [[nodiscard]] std::filesystem::path home() const { return folder_ / "home"; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  private:
    [[nodiscard]] std::map<std::string, std::string> environment() const;
    TemporaryDirectory folder_;
};

/// Runs a shell command line and gives what it wrote to stdout; throws with its stderr when it fails.
std::string shell(const std::string& command);

}  // namespace prevision::testing
