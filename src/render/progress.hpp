#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/io.hpp"

namespace prevision::render {

struct ProgressState {
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total_bytes;
    std::optional<std::uint64_t> rows;
};

/// Shows how far something is, on stderr. It owns the last line of the terminal from the first `update` to
/// `finish`; destruction without `finish` clears the line, so that an error stands alone.
class Progress {
  public:
    virtual ~Progress() = default;
    virtual void update(const ProgressState& state) = 0;

    /// Replaces the bar by nothing; the command then prints its result.
    virtual void finish() = 0;
};

/// A bar (`LABEL  12.3 MiB  1,234,567 rows  45.6 MiB/s  0:12`) where stderr is a terminal and `CI` is not
/// set, else one that shows nothing.
std::unique_ptr<Progress> make_progress(const std::string& label, const Io& io);

}  // namespace prevision::render
