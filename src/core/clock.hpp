#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace prevision {

/// Time, injected so that a test can hold it still. Safe on any thread.
class Clock {
  public:
    virtual ~Clock() = default;

    /// The time of day.
    [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;

    /// For durations: never set back.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The machine's clock; lives as long as the program.
const Clock& system_clock();

/// RFC 3339 in UTC with milliseconds: "2026-11-23T06:01:07.250Z".
std::string format_time(std::chrono::system_clock::time_point time);

/// Converts a time of RFC 3339 with an offset ("2026-11-23T08:01:07+02:00") to UTC; its fraction of a second
/// stays as it is. Any other text, and a time in UTC, is returned unchanged.
std::string to_utc(const std::string& text);

/// A time of RFC 3339, also with a space for the T, without an offset (then it is in UTC), or only a date (its first
/// moment). Less than a millisecond is dropped. Nothing for any other text.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text);

}  // namespace prevision
