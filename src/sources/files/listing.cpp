#include "sources/files/listing.hpp"

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

/// A whole text of digits that fits.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    if (!is_number(text)) return std::nullopt;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc()) return std::nullopt;
    return number;
}

struct Moment {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;

    [[nodiscard]] std::chrono::year_month_day date() const {
        return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    }
    [[nodiscard]] bool possible() const {
        return date().ok() && year <= 9999 && hour < 24 && minute < 60 && second <= 60;
    }
    [[nodiscard]] std::chrono::sys_seconds time() const {
        return std::chrono::sys_days(date()) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
               std::chrono::seconds(second);
    }
    [[nodiscard]] std::string text(std::string_view fraction = {}) const {
        return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", year, month, day, hour, minute, second,
                           fraction);
    }
};

/// "20260131120000", with or without ".123"; empty for anything else.
std::string parse_mlsd_time(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto fraction = text.substr(point);
    const auto digits = text.substr(0, point);
    if (digits.size() != 14 || !is_number(digits) || (!fraction.empty() && !is_number(fraction.substr(1)))) {
        return {};
    }
    const auto part = [&](std::size_t at) {
        return parse_number<unsigned>(digits.substr(at, 2)).value_or(0);
    };
    const Moment moment{.year = parse_number<int>(digits.substr(0, 4)).value_or(0),
                        .month = part(4),
                        .day = part(6),
                        .hour = part(8),
                        .minute = part(10),
                        .second = part(12)};
    return moment.possible() ? moment.text(fraction) : "";
}

std::string mlsd_kind(std::string_view type) {
    const auto lower = to_lower(type);
    if (lower == "file") return "file";
    if (lower == "dir") return "folder";
    if (lower == "cdir" || lower == "pdir") return {};
    if (lower.find("link") != std::string::npos) return "link";  // OS.unix=slink:/target, OS.unix=symlink
    return "other";
}

/// "12:00", "12:00:30".
bool parse_clock(std::string_view text, Moment& moment) {
    const auto parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return false;
    const auto hour = parse_number<unsigned>(parts[0]);
    const auto minute = parse_number<unsigned>(parts[1]);
    const auto second = parts.size() == 3 ? parse_number<unsigned>(parts[2].substr(0, parts[2].find('.')))
                                          : std::optional(0U);
    if (!hour || !minute || !second) return false;
    moment.hour = *hour;
    moment.minute = *minute;
    moment.second = *second;
    return moment.hour < 24 && moment.minute < 60 && moment.second <= 60;
}

std::optional<unsigned> parse_month(std::string_view text) {
    constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    const auto found = std::ranges::find(names, to_lower(text));
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin() + 1);
}

/// A word of a line, and where it ends.
struct Word {
    std::string_view text;
    std::size_t end = 0;
};

/// The first words, more than a line has before its name.
std::vector<Word> first_words(std::string_view line) {
    constexpr std::size_t enough = 12;
    std::vector<Word> words;
    std::size_t at = 0;
    while (words.size() < enough) {
        at = line.find_first_not_of(' ', at);
        if (at == std::string_view::npos) break;
        const auto end = std::min(line.find(' ', at), line.size());
        words.push_back({line.substr(at, end - at), end});
        at = end;
    }
    return words;
}

/// "Jan 31 12:00", "Jan 31 2025", "31 Jan 2025": the moment that begins at that word.
std::optional<Moment> parse_ls_date(const std::vector<Word>& words, std::size_t at,
                                    std::chrono::sys_seconds now) {
    if (at + 2 >= words.size()) return std::nullopt;
    auto month = parse_month(words[at].text);
    auto day = parse_number<unsigned>(words[at + 1].text);
    if (!month) {
        month = parse_month(words[at + 1].text);
        day = parse_number<unsigned>(words[at].text);
    }
    if (!month || !day) return std::nullopt;
    Moment moment{.month = *month, .day = *day};
    const auto last = words[at + 2].text;
    if (const auto year = parse_number<int>(last); year && last.size() == 4) {
        moment.year = *year;
    } else if (parse_clock(last, moment)) {
        // The latest one that is not in the future; a day of that, for a server further east.
        moment.year =
            static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
        if (!moment.date().ok() || moment.time() > now + std::chrono::days(1)) --moment.year;
    } else {
        return std::nullopt;
    }
    return moment.possible() ? std::optional(moment) : std::nullopt;
}

/// "2026-01-31 12:00", with or without seconds.
std::optional<Moment> parse_iso_date(const std::vector<Word>& words, std::size_t at) {
    if (at + 1 >= words.size()) return std::nullopt;
    const auto parts = split(words[at].text, '-');
    if (parts.size() != 3 || parts[0].size() != 4) return std::nullopt;
    const auto year = parse_number<int>(parts[0]);
    const auto month = parse_number<unsigned>(parts[1]);
    const auto day = parse_number<unsigned>(parts[2]);
    if (!year || !month || !day) return std::nullopt;
    Moment moment{.year = *year, .month = *month, .day = *day};
    if (!parse_clock(words[at + 1].text, moment) || !moment.possible()) return std::nullopt;
    return moment;
}

std::string unix_kind(char type) {
    switch (type) {
        case '-':
            return "file";
        case 'd':
            return "folder";
        case 'l':
            return "link";
        default:
            return "other";
    }
}

bool is_mode(std::string_view word) {
    constexpr std::string_view types = "-dlbcpsD";
    constexpr std::string_view letters = "-rwxsStTlL";
    return word.size() >= 10 && word.size() <= 11 && types.find(word[0]) != std::string_view::npos &&
           word.substr(1, 9).find_first_not_of(letters) == std::string_view::npos;
}

/// NetWare's "d [RWCEAFMS]", "- [R----F--]".
bool is_netware_mode(std::string_view type, std::string_view rights) {
    return (type == "d" || type == "-") && rights.starts_with('[') && rights.ends_with(']');
}

/// What follows the date's last word and one space: a name may begin with spaces.
std::string name_after(std::string_view line, std::size_t end) {
    return end + 1 < line.size() ? std::string(line.substr(end + 1)) : "";
}

std::optional<ListedEntry> parse_unix_line(std::string_view line, std::chrono::sys_seconds now) {
    const auto words = first_words(line);
    if (words.size() < 2) return std::nullopt;
    const bool netware = is_netware_mode(words[0].text, words[1].text);
    if (!netware && !is_mode(words[0].text)) return std::nullopt;
    // Owner and group may be missing, or look like anything: the date after a number is what can be found.
    for (std::size_t at = 2; at < words.size(); ++at) {
        const auto size = parse_number<std::uint64_t>(words[at - 1].text);
        if (!size) continue;
        auto moment = parse_ls_date(words, at, now);
        std::size_t last = at + 2;
        if (!moment) {
            moment = parse_iso_date(words, at);
            last = at + 1;
        }
        if (!moment) continue;
        ListedEntry entry{.name = name_after(line, words[last].end),
                          .kind = unix_kind(words[0].text[0]),
                          .size = std::nullopt,
                          .modified = moment->text()};
        if (netware) entry.name = trim(entry.name);
        if (entry.kind == "file") entry.size = size;
        if (entry.kind == "link") entry.name = entry.name.substr(0, entry.name.find(" -> "));
        if (entry.name.empty()) return std::nullopt;
        if (entry.name == "." || entry.name == "..") entry.kind.clear();
        return entry;
    }
    return std::nullopt;
}

/// "01-31-26  12:00PM", "01-31-2026  23:00", "01/31/2026  12:00PM".
std::optional<Moment> parse_windows_date(std::string_view date, std::string_view clock) {
    const auto parts = split(date, date.find('/') == std::string_view::npos ? '-' : '/');
    if (parts.size() != 3) return std::nullopt;
    const auto month = parse_number<unsigned>(parts[0]);
    const auto day = parse_number<unsigned>(parts[1]);
    auto year = parse_number<int>(parts[2]);
    if (!month || !day || !year || (parts[2].size() != 2 && parts[2].size() != 4)) return std::nullopt;
    if (parts[2].size() == 2) *year += *year < 70 ? 2000 : 1900;
    Moment moment{.year = *year, .month = *month, .day = *day};
    const auto lower = to_lower(clock);
    const bool morning = lower.ends_with("am");
    const bool evening = lower.ends_with("pm");
    if (morning || evening) clock.remove_suffix(2);
    if (!parse_clock(clock, moment)) return std::nullopt;
    if ((morning || evening) && (moment.hour < 1 || moment.hour > 12)) return std::nullopt;
    if (morning && moment.hour == 12) moment.hour = 0;
    if (evening && moment.hour != 12) moment.hour += 12;
    return moment.possible() ? std::optional(moment) : std::nullopt;
}

/// "1234", "1,234,567", "1.234.567".
std::optional<std::uint64_t> parse_grouped_number(std::string_view text) {
    std::string digits(text);
    std::erase_if(digits, [](char c) { return c == ',' || c == '.'; });
    return is_digit(text.empty() ? ' ' : text.back()) ? parse_number<std::uint64_t>(digits) : std::nullopt;
}

std::optional<ListedEntry> parse_windows_line(std::string_view line) {
    const auto words = first_words(line);
    if (words.size() < 4) return std::nullopt;
    auto moment = parse_windows_date(words[0].text, words[1].text);
    if (!moment) moment = parse_iso_date(words, 0);
    if (!moment) return std::nullopt;
    const auto what = words[2].text;
    if (what.starts_with('<')) {
        // "<JUNCTION>     name [C:\target]": its name is set off by many spaces, a file's by one.
        ListedEntry entry{.name = std::string(line.substr(line.find_first_not_of(' ', words[2].end))),
                          .kind = what == "<DIR>" ? "folder" : "link",
                          .size = std::nullopt,
                          .modified = moment->text()};
        if (entry.kind == "link" && entry.name.ends_with(']'))
            entry.name = entry.name.substr(0, entry.name.rfind(" ["));
        return entry;
    }
    const auto size = parse_grouped_number(what);
    if (!size) return std::nullopt;
    return ListedEntry{.name = std::string(line.substr(words[2].end + 1)),
                       .kind = "file",
                       .size = size,
                       .modified = moment->text()};
}

}  // namespace

std::optional<ListedEntry> parse_mlsd_line(std::string_view line) {
    const auto space = line.find(' ');
    // Each fact ends with ';'; there may be none.
    if (space == std::string_view::npos || space + 1 == line.size()) return std::nullopt;
    if (space > 0 && line[space - 1] != ';') return std::nullopt;
    ListedEntry entry{
        .name = std::string(line.substr(space + 1)), .kind = "other", .size = {}, .modified = {}};
    auto facts = line.substr(0, space);
    while (!facts.empty()) {
        const auto end = facts.find(';');
        const auto fact = facts.substr(0, end);
        facts.remove_prefix(end + 1);
        const auto equals = fact.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto name = to_lower(fact.substr(0, equals));
        const auto value = fact.substr(equals + 1);
        if (name == "type") entry.kind = mlsd_kind(value);
        if (name == "size") entry.size = parse_number<std::uint64_t>(value);
        if (name == "modify") entry.modified = parse_mlsd_time(value);
    }
    if (entry.kind != "file") entry.size.reset();
    if (entry.name == "." || entry.name == "..") entry.kind.clear();
    return entry;
}

std::optional<ListedEntry> parse_list_line(std::string_view line, std::chrono::sys_seconds now) {
    // "total 48", "total 12K"
    if (line.starts_with("total ") && is_digit(line.substr(6, 1).empty() ? ' ' : line[6]) &&
        line.find(' ', 6) == std::string_view::npos) {
        return ListedEntry{};
    }
    if (auto entry = parse_unix_line(line, now)) return entry;
    return parse_windows_line(line);
}

}  // namespace prevision::sources
