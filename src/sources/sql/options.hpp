#pragma once

#include <array>

#include "sources/engine.hpp"

/// Options that SQL engines share.
namespace prevision::sources {

inline constexpr Option time_zone_option{
    .name = "time_zone",
    .help = "time zone of the session, in which views and requests see times",
    .fallback = "UTC"};

inline constexpr Option encoding_option{
    .name = "encoding",
    .help = "encoding of text that the system does not know or has wrong, such as LATIN1",
    .fallback = "UTF-8, or what the system says"};

inline constexpr std::string_view unknown_zone_hint =
    "give the connector a --time-zone that the server knows, such as Europe/Paris, UTC or +05:30";

inline constexpr std::string_view request_help = "SELECT statement whose rows to read";

}  // namespace prevision::sources
