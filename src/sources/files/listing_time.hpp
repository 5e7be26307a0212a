#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prevision::sources {

/// A word of a listing's line, and where it ends in the line.
struct ListingWord {
    std::string_view text;
    std::size_t end = 0;
};

/// A time as a line of a listing has it.
struct ListingTime {
    std::string text;       ///< RFC 3339; empty where it looks like a time and is none that can be
    std::size_t words = 0;  ///< how many words it takes
};

using ListingWords = std::span<const ListingWord>;

/// The time of a line of MLSD, "20260131120000" with or without ".123", in RFC 3339; empty for anything else.
std::string parse_mlsd_time(std::string_view text);

/// The time at the beginning of the words, as Unix servers write it: "Jan 31 12:00", "31 Jan 2025", "Jan 31 12:00:07 2026",
/// and what parse_iso_time takes. `now` decides the year where there is none. Nothing when it does not look like a time.
std::optional<ListingTime> parse_unix_time(ListingWords words, std::chrono::sys_seconds now);

/// "2026-01-31", "2026/01/31 12:00", "2026-01-31 12:00:07.5 +0100", "2026-01-31T12:00:07Z": UTC where no zone is named.
std::optional<ListingTime> parse_iso_time(ListingWords words);

/// As Windows servers write it: "01-31-26 12:00PM", "01/31/2026 23:00", "31.01.2026 23:00", and what parse_iso_time takes.
std::optional<ListingTime> parse_windows_time(ListingWords words);

}  // namespace prevision::sources
