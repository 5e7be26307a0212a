#include "sources/sql/time_text.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

constexpr std::string_view digits = "0123456789";

/// Takes the characters of `accepted` at the start of `rest`.
std::string_view take(std::string_view& rest, std::string_view accepted) {
    const auto part = rest.substr(0, rest.find_first_not_of(accepted));
    rest.remove_prefix(part.size());
    return part;
}

/// "+02", "-05:30" and "+05:30:15" in seconds; nothing for another text.
std::optional<std::chrono::seconds> parse_offset(std::string_view text) {
    if (text == "Z") return std::chrono::seconds(0);
    std::int64_t seconds = 0;
    std::int64_t unit = 3600;
    for (const auto& part : split(text.substr(1), ':')) {
        const auto number = parse_integer(part);
        if (!number || unit == 0) return std::nullopt;
        seconds += *number * unit;
        unit /= 60;
    }
    return std::chrono::seconds(text[0] == '-' ? -seconds : seconds);
}

}  // namespace

TimeText split_time(std::string_view text) {
    auto rest = text;
    TimeText parts;
    const auto mark = rest.find_first_of("T ");
    const auto before = rest.substr(0, mark);
    const bool is_date = std::ranges::count(before, '-') == 2 &&
                         before.find_first_not_of("0123456789-") == std::string_view::npos;
    if (is_date) {
        parts.date = before;
        if (mark == std::string_view::npos) return parts;
        rest.remove_prefix(mark + 1);
    }
    const auto time = rest;
    if (!is_date && rest.starts_with('-')) rest.remove_prefix(1);
    const auto numbers = take(rest, "0123456789:");
    if (std::ranges::count(numbers, ':') == 0) return {};
    parts.time = time.substr(0, time.size() - rest.size());
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        parts.fraction = take(rest, digits);
    }
    parts.offset = rest;
    const bool has_offset = rest.empty() || rest == "Z" || rest[0] == '+' || rest[0] == '-';
    return has_offset ? parts : TimeText{};
}

std::size_t fraction_digits(const TimeText& time) {
    const auto last = time.fraction.find_last_not_of('0');
    return last == std::string_view::npos ? 0 : last + 1;
}

std::optional<std::string> in_utc(std::string_view text) {
    const auto parts = split_time(text);
    if (parts.offset.empty()) return std::string(text);
    if (parts.offset == "Z") return std::string(text.substr(0, text.size() - 1));
    const auto offset = parse_offset(parts.offset);
    const auto numbers = split(parts.date, '-');
    const auto clock = split(parts.time, ':');
    if (!offset || parts.date.size() != 10 || numbers.size() != 3 || clock.size() != 3) return std::nullopt;
    const auto number = [](const std::string& part) {
        return static_cast<int>(parse_integer(part).value_or(0));
    };
    const std::chrono::year_month_day date{std::chrono::year(number(numbers[0])),
                                           std::chrono::month(static_cast<unsigned>(number(numbers[1]))),
                                           std::chrono::day(static_cast<unsigned>(number(numbers[2])))};
    if (!date.ok()) return std::nullopt;
    const auto there = std::chrono::sys_days(date) + std::chrono::hours(number(clock[0])) +
                       std::chrono::minutes(number(clock[1])) + std::chrono::seconds(number(clock[2]));
    const auto here = there - *offset;
    const auto day = std::chrono::floor<std::chrono::days>(here);
    const std::chrono::year_month_day found{day};
    const std::chrono::hh_mm_ss time{here - day};
    const auto year = static_cast<int>(found.year());
    if (year < 1 || year > 9999) return std::nullopt;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", year, static_cast<unsigned>(found.month()),
                       static_cast<unsigned>(found.day()), time.hours().count(), time.minutes().count(),
                       time.seconds().count(), parts.fraction.empty() ? "" : ".", parts.fraction);
}

}  // namespace prevision::sources
