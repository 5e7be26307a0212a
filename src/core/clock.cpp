#include "core/clock.hpp"

#include <ctime>
#include <regex>

#include <fmt/chrono.h>

namespace prevision {

namespace {

class SystemClock final : public Clock {
  public:
    std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
    std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
};

/// Reads a text from its beginning.
class TimeReader {
  public:
    explicit TimeReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }

    bool skip(std::string_view any_of) {
        if (at_end() || any_of.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }

    /// A number of exactly that many digits.
    std::optional<int> number(std::size_t digits) {
        if (text_.size() < digits) return std::nullopt;
        int value = 0;
        for (const char c : text_.substr(0, digits)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(digits);
        return value;
    }

    /// The milliseconds of a fraction of a second, which may have any number of digits but none.
    std::optional<int> fraction() {
        int value = 0;
        std::size_t digits = 0;
        for (int weight = 100; !at_end() && text_.front() >= '0' && text_.front() <= '9'; weight /= 10) {
            value += (text_.front() - '0') * weight;
            text_.remove_prefix(1);
            ++digits;
        }
        return digits == 0 ? std::nullopt : std::optional(value);
    }

  private:
    std::string_view text_;
};

std::optional<std::chrono::sys_days> read_date(TimeReader& reader) {
    const auto year = reader.number(4);
    if (!year || !reader.skip("-")) return std::nullopt;
    const auto month = reader.number(2);
    if (!month || !reader.skip("-")) return std::nullopt;
    const auto day = reader.number(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

/// A leap second counts as the one after it.
std::optional<std::chrono::milliseconds> read_time_of_day(TimeReader& reader) {
    const auto hours = reader.number(2);
    if (!hours || !reader.skip(":")) return std::nullopt;
    const auto minutes = reader.number(2);
    if (!minutes || !reader.skip(":")) return std::nullopt;
    const auto seconds = reader.number(2);
    if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;
    std::chrono::milliseconds time =
        std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
    if (!reader.skip(".")) return time;
    const auto fraction = reader.fraction();
    return fraction ? std::optional(time + std::chrono::milliseconds(*fraction)) : std::nullopt;
}

/// How far the zone is east of UTC; UTC at the end of the text.
std::optional<std::chrono::minutes> read_offset(TimeReader& reader) {
    if (reader.at_end() || reader.skip("Zz")) return std::chrono::minutes(0);
    const bool is_west = reader.skip("-");
    if (!is_west && !reader.skip("+")) return std::nullopt;
    const auto hours = reader.number(2);
    if (!hours || *hours > 23) return std::nullopt;
    reader.skip(":");
    const auto minutes = reader.at_end() ? std::optional(0) : reader.number(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return is_west ? -offset : offset;
}

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string to_utc(const std::string& text) {
    if (text.empty() || text.back() == 'Z') return text;
    static const std::regex form(
        R"((\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?([+-])(\d{2}):?(\d{2}))");
    std::smatch match;
    if (!std::regex_match(text, match, form)) return text;
    const auto number = [&](std::size_t group) { return std::stoi(match[group]); };
    std::tm time{};
    time.tm_year = number(1) - 1900;
    time.tm_mon = number(2) - 1;
    time.tm_mday = number(3);
    time.tm_hour = number(4);
    time.tm_min = number(5);
    time.tm_sec = number(6);
    const auto distance = (number(9) * 60 + number(10)) * (match[8] == "-" ? 60 : -60);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}{}Z", fmt::gmtime(::timegm(&time) + distance), match[7].str());
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text) {
    TimeReader reader(text);
    const auto date = read_date(reader);
    if (!date) return std::nullopt;
    if (reader.at_end()) return *date;
    if (!reader.skip("Tt ")) return std::nullopt;
    const auto time = read_time_of_day(reader);
    if (!time) return std::nullopt;
    const auto offset = read_offset(reader);
    if (!offset || !reader.at_end()) return std::nullopt;
    return *date + *time - *offset;
}

std::string format_time(std::chrono::system_clock::time_point time) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (milliseconds - seconds).count());
}

}  // namespace prevision
