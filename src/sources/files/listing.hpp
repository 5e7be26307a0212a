#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prevision::sources {

/// One line of a folder's listing.
struct ListedEntry {
    std::string name;
    std::string kind;                   ///< file, folder, link, other; empty: not an entry of the folder
    std::optional<std::uint64_t> size;  ///< of a file
    std::string modified;               ///< RFC 3339, or empty where the line does not tell

    bool operator==(const ListedEntry&) const = default;
};

/// A line of FTP's MLSD (RFC 3659), without its line end. The folder itself and its parent have no kind.
/// Nothing when it is no such line.
std::optional<ListedEntry> parse_mlsd_line(std::string_view line);

/// A line of FTP's LIST as Unix ("-rw-r--r-- 1 a b 12 Jan 31 12:00 name") and Windows ("01-31-26 12:00PM 12
/// name") servers write it, and of an SFTP server's listing, without its line end. The times are taken as
/// UTC; `now` tells the year where the line does not. Nothing when it is no such line.
std::optional<ListedEntry> parse_list_line(std::string_view line, std::chrono::sys_seconds now);

}  // namespace prevision::sources
