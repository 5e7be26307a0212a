#pragma once

#include <functional>
#include <string>

#include "cli/console.hpp"

namespace prevision::cli {

/// The steps of a command that takes several names. What fails for one of several is reported, and the others go on.
class Batch {
  public:
    /// `failure` ends the final message: "2 of 3 connectors were not deleted" for "connectors were not deleted".
    Batch(Console& console, std::string failure, std::size_t count)
        : console_(console), failure_(std::move(failure)), count_(count) {}

    /// Runs the step for one name. Throws its Error when there is only one name, and when the command was interrupted.
    void run(const std::function<void()>& step);

    /// Error partial when a step failed.
    void finish() const;

  private:
    Console& console_;
    std::string failure_;
    std::size_t count_;
    std::size_t failed_ = 0;
};

}  // namespace prevision::cli
