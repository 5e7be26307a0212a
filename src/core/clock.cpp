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

std::string format_time(std::chrono::system_clock::time_point time) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (milliseconds - seconds).count());
}

}  // namespace prevision
