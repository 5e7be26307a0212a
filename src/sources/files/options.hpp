#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "sources/engine.hpp"

namespace prevision::sources {

inline constexpr std::string_view told_from_file = "told from the file";

/// How a file is written, for every engine that reads files.
inline constexpr std::array<Option, 4> file_format_options{{
    {.name = "separator",
     .help = "what separates the values: one character, or tab",
     .fallback = told_from_file},
    {.name = "quote",
     .help = "what a value is quoted with: one character, or none",
     .fallback = told_from_file},
    {.name = "header",
     .help = "whether the first line has the names of the columns",
     .fallback = told_from_file,
     .choices = "yes|no"},
    {.name = "encoding",
     .help = "utf-8, utf-16le, utf-16be, windows-1252 or iso-8859-1",
     .fallback = told_from_file},
}};

/// An engine's own options, followed by those on how a file is written.
template <std::size_t count>
constexpr std::array<Option, count + file_format_options.size()> with_file_format(
    const std::array<Option, count>& own) {
    std::array<Option, count + file_format_options.size()> all{};
    std::ranges::copy(own, all.begin());
    std::ranges::copy(file_format_options, all.begin() + count);
    return all;
}

/// Of a datasource on a server of files.
inline constexpr auto file_options = with_file_format(std::array<Option, 1>{{
    {.name = "path", .help = "the file: absolute, or from the login folder", .required = true},
}});

}  // namespace prevision::sources
