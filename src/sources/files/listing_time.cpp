#include "sources/files/listing_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

bool is_year(std::string_view text) { return text.size() == 4 && is_number(text); }

/// A whole text of digits that fits.
std::optional<int> parse_number(std::string_view text) {
    int number = 0;
    if (!is_number(text)) return std::nullopt;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc()) return std::nullopt;
    return number;
}

/// A time as it is written, which may be impossible.
struct Moment {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    bool has_seconds = false;
    std::chrono::minutes ahead{0};  // of UTC

    [[nodiscard]] std::chrono::year_month_day date() const {
        return std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
               std::chrono::day(static_cast<unsigned>(day));
    }
    [[nodiscard]] bool possible() const {
        return month <= 12 && day <= 31 && date().ok() && year <= 9999 && hour < 24 && minute < 60 &&
               second <= 60;
    }
    [[nodiscard]] std::chrono::sys_seconds time() const {
        return std::chrono::sys_days(date()) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
               std::chrono::seconds(second);
    }
    [[nodiscard]] std::string text(std::string_view fraction = {}) const {
        if (!possible()) return {};
        if (ahead.count() != 0) return in_utc().text(fraction);
        return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", year, month, day, hour, minute, second,
                           fraction);
    }

  private:
    [[nodiscard]] Moment in_utc() const {
        const auto at = time() - ahead;
        const auto midnight = std::chrono::floor<std::chrono::days>(at);
        const std::chrono::year_month_day that(midnight);
        const std::chrono::hh_mm_ss clock(at - midnight);
        return {.year = static_cast<int>(that.year()),
                .month = static_cast<int>(static_cast<unsigned>(that.month())),
                .day = static_cast<int>(static_cast<unsigned>(that.day())),
                .hour = static_cast<int>(clock.hours().count()),
                .minute = static_cast<int>(clock.minutes().count()),
                .second = static_cast<int>(clock.seconds().count())};
    }
};

/// "12:00", "12:00:30", "12:00:30.5": whether it looks like that.
bool take_clock(std::string_view text, Moment& moment) {
    const auto parts = split(text.substr(0, text.find('.')), ':');
    if (parts.size() < 2 || parts.size() > 3) return false;
    const auto hour = parse_number(parts[0]);
    const auto minute = parse_number(parts[1]);
    const auto second = parts.size() == 3 ? parse_number(parts[2]) : std::optional(0);
    if (!hour || !minute || !second) return false;
    moment.hour = *hour;
    moment.minute = *minute;
    moment.second = *second;
    moment.has_seconds = parts.size() == 3;
    return true;
}

/// "12:00PM", "12:05am", or without that.
bool take_windows_clock(std::string_view text, Moment& moment) {
    const auto lower = to_lower(text);
    const bool morning = lower.ends_with("am");
    const bool evening = lower.ends_with("pm");
    if (morning || evening) text.remove_suffix(2);
    if (!take_clock(text, moment)) return false;
    if (!morning && !evening) return true;
    if (moment.hour < 1 || moment.hour > 12) {
        moment.hour = 24;  // as impossible as that one
    } else {
        moment.hour = moment.hour % 12 + (evening ? 12 : 0);
    }
    return true;
}

/// "+0100", "-05:00", "Z".
bool take_zone(std::string_view text, Moment& moment) {
    if (text == "Z") return true;
    if (text.size() != 5 && text.size() != 6) return false;
    if (text[0] != '+' && text[0] != '-') return false;
    if (text.size() == 6 && text[3] != ':') return false;
    const auto hours = parse_number(text.substr(1, 2));
    const auto minutes = parse_number(text.substr(text.size() - 2));
    if (!hours || !minutes) return false;
    const std::chrono::minutes distance(*hours * 60 + *minutes);
    moment.ahead = text[0] == '-' ? -distance : distance;
    return true;
}

std::optional<int> parse_month(std::string_view text) {
    constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    const auto found = std::ranges::find(names, to_lower(text));
    if (found == names.end()) return std::nullopt;
    return static_cast<int>(found - names.begin()) + 1;
}

/// The latest time that is not in the future, or only a day of that, for a server further east.
void choose_year(Moment& moment, std::chrono::sys_seconds now) {
    moment.year =
        static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
    if (!moment.possible() || moment.time() > now + std::chrono::days(1)) --moment.year;
}

/// "Jan 31 12:00", "Jan 31 2025", "31 Jan 2025"; in another language, or on an impossible day, without its text.
std::optional<ListingTime> parse_ls_time(ListingWords words, std::chrono::sys_seconds now) {
    if (words.size() < 3) return std::nullopt;
    Moment moment;
    const auto last = words[2].text;
    const bool has_clock = take_clock(last, moment);
    if (!has_clock && !is_year(last)) return std::nullopt;
    const bool month_first = !parse_month(words[1].text);
    const auto month = parse_month(words[month_first ? 0 : 1].text);
    const auto day_word = words[month_first ? 1 : 0].text;
    const auto day = parse_number(day_word);
    if (!month || !day) {
        // "1. Jan", "févr. 2", "1月 1日": a word with digits, and one that is more than a number.
        const auto has_digit = [](std::string_view text) { return std::ranges::any_of(text, is_digit); };
        const bool looks_so = (has_digit(words[0].text) || has_digit(words[1].text)) &&
                              !(is_number(words[0].text) && is_number(words[1].text));
        return looks_so ? std::optional(ListingTime{.text = {}, .words = 3}) : std::nullopt;
    }
    moment.month = *month;
    moment.day = *day;
    if (!has_clock) {
        moment.year = parse_number(last).value_or(0);
    } else if (moment.has_seconds && words.size() > 3 && is_year(words[3].text)) {
        moment.year = parse_number(words[3].text).value_or(0);
        return ListingTime{.text = moment.text(), .words = 4};
    } else {
        choose_year(moment, now);
    }
    return ListingTime{.text = moment.text(), .words = 3};
}

}  // namespace

std::string parse_mlsd_time(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto fraction = text.substr(point);
    const auto digits = text.substr(0, point);
    if (digits.size() != 14 || !is_number(digits) || (!fraction.empty() && !is_number(fraction.substr(1)))) {
        return {};
    }
    const auto part = [&](std::size_t at) { return parse_number(digits.substr(at, 2)).value_or(0); };
    const Moment moment{.year = parse_number(digits.substr(0, 4)).value_or(0),
                        .month = part(4),
                        .day = part(6),
                        .hour = part(8),
                        .minute = part(10),
                        .second = part(12)};
    return moment.text(fraction);
}

std::optional<ListingTime> parse_unix_time(ListingWords words, std::chrono::sys_seconds now) {
    if (auto time = parse_iso_time(words)) return time;
    return parse_ls_time(words, now);
}

std::optional<ListingTime> parse_iso_time(ListingWords words) {
    if (words.empty()) return std::nullopt;
    auto day = words[0].text;
    const auto letter = day.find('T');
    auto clock = letter == std::string_view::npos ? std::string_view() : day.substr(letter + 1);
    day = day.substr(0, letter);
    const auto parts = split(day, day.find('/') == std::string_view::npos ? '-' : '/');
    if (parts.size() != 3 || !is_year(parts[0])) return std::nullopt;
    const auto year = parse_number(parts[0]);
    const auto month = parse_number(parts[1]);
    const auto number = parse_number(parts[2]);
    if (!year || !month || !number) return std::nullopt;
    Moment moment{.year = *year, .month = *month, .day = *number};
    std::size_t count = 1;
    if (letter != std::string_view::npos) {
        const auto zone = clock.find_first_of("Z+-");
        if (zone != std::string_view::npos && !take_zone(clock.substr(zone), moment)) return std::nullopt;
        if (!take_clock(clock.substr(0, zone), moment)) return std::nullopt;
    } else if (words.size() > 1 && take_clock(words[1].text, moment)) {
        // What looks like a zone and is the last word is a name.
        count = words.size() > 3 && take_zone(words[2].text, moment) ? 3 : 2;
    }
    return ListingTime{.text = moment.text(), .words = count};
}

std::optional<ListingTime> parse_windows_time(ListingWords words) {
    if (auto time = parse_iso_time(words)) return time;
    if (words.size() < 2) return std::nullopt;
    const auto date = words[0].text;
    const auto mark = date.find_first_of("-/.");
    if (mark == std::string_view::npos) return std::nullopt;
    const bool day_first = date[mark] == '.';
    const auto parts = split(date, date[mark]);
    if (parts.size() != 3 || (parts[2].size() != 2 && parts[2].size() != 4)) return std::nullopt;
    const auto month = parse_number(parts[day_first ? 1 : 0]);
    const auto day = parse_number(parts[day_first ? 0 : 1]);
    auto year = parse_number(parts[2]);
    if (!month || !day || !year) return std::nullopt;
    if (parts[2].size() == 2) *year += *year < 70 ? 2000 : 1900;
    Moment moment{.year = *year, .month = *month, .day = *day};
    if (!take_windows_clock(words[1].text, moment)) return std::nullopt;
    return ListingTime{.text = moment.text(), .words = 2};
}

}  // namespace prevision::sources
