#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "sources/engine.hpp"

namespace prevision::sources {

inline constexpr std::string_view judged_by_file = "judged by the file";

/// How a file is written, for every engine that reads files.
inline constexpr std::array<Option, 7> file_format_options{{
    {.name = "separator",
     .help = "what separates the values: one character, or tab",
     .fallback = judged_by_file},
    {.name = "quote",
     .help = "what a value is quoted with: one character, or none",
     .fallback = judged_by_file},
    {.name = "escape", .help = "the escape character, such as \\, or none", .fallback = judged_by_file},
    {.name = "comment",
     .help = "the character that comment lines begin with, or none",
     .fallback = judged_by_file},
    {.name = "header",
     .help = "whether the first line has the names of the columns",
     .fallback = judged_by_file,
     .choices = "yes|no"},
    {.name = "skip", .help = "the number of lines before the table", .fallback = judged_by_file},
    {.name = "encoding",
     .help = "how the text is encoded: a name that 'iconv -l' lists",
     .fallback = judged_by_file},
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
