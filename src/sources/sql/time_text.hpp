#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace prevision::sources {

/// The parts of a date, a time, or both, as a dataset has them: "2020-07-01T02:00:00.5+02", or with a space for
/// the T. Parts that are not
/// there are empty. Other texts, such as "infinity" or a year BC, have no parts.
struct TimeText {
    std::string_view date;      ///< "2020-07-01"
    std::string_view time;      ///< "02:00:00", "-838:59:59"
    std::string_view fraction;  ///< "5"
    std::string_view offset;    ///< "Z", "+02", "-05:30"
};

TimeText split_time(std::string_view text);

/// How many digits of the fraction are needed: 1 for ".500".
std::size_t fraction_digits(const TimeText& time);

/// The same date and time in UTC, without an offset: "2020-07-01T00:00:00.5". A time without an offset stays as
/// it is. Nothing when it cannot be converted: its year does not have four digits.
std::optional<std::string> in_utc(std::string_view text);

}  // namespace prevision::sources
