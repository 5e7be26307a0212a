#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which datasets are kept: the rules of restic's `forget`. Pure functions.
namespace prevision::platform {

/// A span of time: "48h", "30d", "1y6m". Months and years are those of the calendar.
struct Period {
    int years = 0;
    int months = 0;
    int days = 0;
    int hours = 0;

    /// Numbers with one of the units y, m (months), w, d and h. Error invalid for any other text, and for no time.
    static Period parse(std::string_view text);

    /// The time that is this much earlier. A day that its month does not have counts into the next month.
    [[nodiscard]] std::chrono::sys_time<std::chrono::milliseconds> before(
        std::chrono::sys_time<std::chrono::milliseconds> time) const;

    [[nodiscard]] std::string text() const;
};

struct KeepRules {
    std::uint64_t last = 0;
    std::uint64_t hourly = 0;
    std::uint64_t daily = 0;
    std::uint64_t weekly = 0;  ///< weeks of ISO 8601
    std::uint64_t monthly = 0;
    std::uint64_t yearly = 0;
    std::optional<Period> within;  ///< before the newest dataset

    [[nodiscard]] bool keeps_nothing() const;
};

/// For each dataset of one datasource, the rules that keep it: "last", "daily", "within 48h"; none for one that goes.
/// The times are in UTC, the newest first. `now`: a later time does not count as the newest one.
std::vector<std::vector<std::string>> decide_retention(
    const std::vector<std::chrono::sys_time<std::chrono::milliseconds>>& times, const KeepRules& rules,
    std::chrono::sys_time<std::chrono::milliseconds> now);

}  // namespace prevision::platform
