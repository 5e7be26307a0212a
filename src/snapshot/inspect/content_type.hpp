#pragma once

#include <string>
#include <string_view>

namespace prevision::snapshot {

enum class ContentType { delimited, json_lines, other };

/// What a file seems to hold.
struct ContentGuess {
    ContentType type = ContentType::other;
    bool by_name = false;      ///< the name says so; else a table must look like one
    bool tab_by_name = false;  ///< the name says that tabs separate
    std::string reason;        ///< why it is other
};

/// A name without what tells of compression: "a.csv.gz" → "a.csv".
std::string_view without_compression_suffix(std::string_view name);

/// What begins so, if it is no text: "a Parquet file", or "binary". Empty for a text in UTF-8 or one byte a
/// character.
std::string_view binary_type(std::string_view beginning);

/// By the name, and by the beginning of a text; `whole` when there is no more of it.
ContentGuess guess_text(std::string_view name, std::string_view beginning, bool whole);

}  // namespace prevision::snapshot
