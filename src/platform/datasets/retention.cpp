#include "platform/datasets/retention.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

using Days = std::chrono::days;
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// So that no sum of them overflows.
constexpr int most_years = 9'999;
constexpr int most_months = 99'999;
constexpr int most_days = 9'999'999;
constexpr int most_hours = 99'999'999;

/// A number of each kind of period: equal for times within the same one.
std::int64_t hour_of(Time time) {
    return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
}
std::int64_t day_of(Time time) { return std::chrono::floor<Days>(time).time_since_epoch().count(); }
// Weeks begin on Mondays, as 1970-01-05 was one.
std::int64_t week_of(Time time) { return (day_of(time) + 3 + 7'000'000) / 7; }
std::int64_t year_of(Time time) {
    return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<Days>(time)).year());
}
std::int64_t month_of(Time time) {
    const std::chrono::year_month_day date(std::chrono::floor<Days>(time));
    return year_of(time) * 12 + static_cast<unsigned>(date.month());
}

/// Keeps the newest dataset of each of the newest periods.
struct Bucket {
    std::string_view name;
    std::uint64_t left = 0;
    std::int64_t (*period_of)(Time time) = nullptr;  ///< nullptr: each dataset is a period
    std::optional<std::int64_t> last = {};

    bool keeps(Time time) {
        if (left == 0) return false;
        if (period_of != nullptr) {
            const auto period = period_of(time);
            if (last == period) return false;
            last = period;
        }
        --left;
        return true;
    }
};

}  // namespace

Period Period::parse(std::string_view text) {
    struct Unit {
        char letter;
        int Period::*member;
        int factor;
        int most;
    };
    constexpr std::array<Unit, 5> units{{{'y', &Period::years, 1, most_years},
                                         {'m', &Period::months, 1, most_months},
                                         {'w', &Period::days, 7, most_days},
                                         {'d', &Period::days, 1, most_days},
                                         {'h', &Period::hours, 1, most_hours}}};
    const auto refuse = [&] {
        throw Error(ErrorClass::invalid, fmt::format("'{}' is not a period", text),
                    "numbers with the units h, d, w, m (months) and y: 48h, 30d, 1y6m");
    };
    Period period;
    for (std::size_t at = 0; at < text.size();) {
        const auto begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        const auto number = parse_integer(text.substr(begin, at - begin));
        const auto* const unit =
            at < text.size() ? std::ranges::find(units, text[at], &Unit::letter) : units.end();
        if (!number || unit == units.end() || *number > unit->most / unit->factor) refuse();
        auto& member = period.*unit->member;
        member += static_cast<int>(*number) * unit->factor;
        if (member > unit->most) refuse();
        ++at;
    }
    if ((period.years | period.months | period.days | period.hours) == 0) refuse();
    return period;
}

Time Period::before(Time time) const {
    const auto day = std::chrono::floor<Days>(time);
    const std::chrono::year_month_day date(day);
    const auto month =
        std::chrono::year_month(date.year(), date.month()) - std::chrono::months(years * 12 + months);
    const auto first = std::chrono::sys_days(month / std::chrono::day(1));
    const auto moved = first + Days(static_cast<int>(static_cast<unsigned>(date.day())) - 1 - days);
    return moved + (time - day) - std::chrono::hours(hours);
}

std::string Period::text() const {
    std::string text;
    const auto add = [&](int number, char unit) {
        if (number != 0) text += fmt::format("{}{}", number, unit);
    };
    add(years, 'y');
    add(months, 'm');
    add(days, 'd');
    add(hours, 'h');
    return text;
}

bool KeepRules::keeps_nothing() const {
    return (last | hourly | daily | weekly | monthly | yearly) == 0 && !within;
}

std::vector<std::vector<std::string>> decide_retention(const std::vector<Time>& times, const KeepRules& rules,
                                                       Time now) {
    std::array<Bucket, 6> buckets{{{"last", rules.last},
                                   {"hourly", rules.hourly, hour_of},
                                   {"daily", rules.daily, day_of},
                                   {"weekly", rules.weekly, week_of},
                                   {"monthly", rules.monthly, month_of},
                                   {"yearly", rules.yearly, year_of}}};
    std::optional<Time> since;
    if (rules.within) {
        for (const auto time : times) {
            if (time >= now) continue;
            since = rules.within->before(time);
            break;
        }
    }
    std::vector<std::vector<std::string>> reasons;
    reasons.reserve(times.size());
    for (const auto time : times) {
        auto& kept_by = reasons.emplace_back();
        if (rules.within && (!since || time > *since)) kept_by.push_back("within " + rules.within->text());
        for (auto& bucket : buckets) {
            if (bucket.keeps(time)) kept_by.emplace_back(bucket.name);
        }
    }
    return reasons;
}

}  // namespace prevision::platform
