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
    std::string kind;  ///< file, folder, link, other; empty: the folder itself, its parent, or a heading
    std::optional<std::uint64_t> size;  ///< of a file
    std::string modified;               ///< RFC 3339, or empty where the line has no time

    bool operator==(const ListedEntry&) const = default;
};

/// Parses a line of FTP's MLSD (RFC 3659), without its line end. Nothing when it is no such line.
std::optional<ListedEntry> parse_mlsd_line(std::string_view line);

/// Parses a line of FTP's LIST, without its line end, as Unix ("-rw-r--r-- 1 a b 12 Jan 31 12:00 name"), Windows
/// ("01-31-26 12:00PM 12 name") and NetWare ("- [RW------] a 12 Jan 31 12:00 name") servers write it. Times without a
/// zone are taken as UTC; `now` decides the year where the line has none. A size or a time that cannot be is left out.
/// Nothing when it is no such line.
std::optional<ListedEntry> parse_list_line(std::string_view line, std::chrono::sys_seconds now);

/// The name of an entry of a folder, which a server may write with the folder in front ("./a", "/reports/a") or with a
/// slash at its end. Nothing when it would lead out of the folder.
std::optional<std::string> name_in_folder(std::string_view name, std::string_view folder);

}  // namespace prevision::sources
