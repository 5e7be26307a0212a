#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io.hpp"

namespace prevision::render {

struct ProgressState {
    std::optional<std::uint64_t> bytes = {};
    std::optional<std::uint64_t> total_bytes = {};
    std::optional<std::uint64_t> rows = {};
    std::optional<std::uint64_t> total_rows = {};
    std::optional<std::uint64_t> about_rows = {};  ///< an estimate of how many there will be
};

enum class ProgressMode {
    automatic,  ///< a bar where stderr is a terminal that can redraw a line and `CI` is not set, else none
    none,
    bar,   ///< a bar whatever stderr is
    json,  ///< JSON lines, whatever stderr is
};

/// The names that `--progress` takes, in the order of the help: auto, none, bar, json.
const std::vector<std::string>& progress_mode_names();
std::optional<ProgressMode> parse_progress_mode(std::string_view name);

/// Shows how far something is, on stderr. It owns the last line of the terminal from the first `update` to
/// `finish`; destruction without it clears the line, so that an error has a line of its own. It never fails:
/// when stderr cannot be written, nothing more is shown. One thread at a time.
class Progress {
  public:
    virtual ~Progress() = default;

    /// Cheap: call it as often as there is news. A bar is drawn at most ten times a second, JSON
    /// written at most once.
    virtual void update(const ProgressState& state) = 0;

    /// Replaces the line by one that says what was done and how fast: `WHAT: 1,234,567 rows, 12.3 MiB in 0.3 s, 45.6 MiB/s`.
    /// As JSON, writes the state with "done": true where an earlier one was written. Once.
    virtual void finish(const std::string& what, const ProgressState& done) = 0;
};

/// A bar shows `LABEL  12.3 MiB  1,234,567 rows  45.6 MiB/s  0:12` (the time that has passed), and where the
/// total is known `LABEL  [======>     ]  52%  12.3 MiB  1,234,567 rows  45.6 MiB/s  0:10 left`; of an estimate it says
/// `about`. What is not known is left out. A narrow terminal first does without the bar, then the speed, then the bytes; what
/// does not fit even so is cut. JSON is an object a line: label, bytes, total_bytes, rows, total_rows, about_rows (each of the
/// five or null), bytes_per_second, elapsed_ms and done. `io`'s streams and clock must outlive it.
std::unique_ptr<Progress> make_progress(const std::string& label, const Io& io,
                                        ProgressMode mode = ProgressMode::automatic);

}  // namespace prevision::render
