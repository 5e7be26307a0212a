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
    std::string reason;        ///< why it is other: "it is …"
};

/// A name without the suffix of a compression: "a.csv.gz" → "a.csv".
std::string_view without_compression_suffix(std::string_view name);

/// What a file is whose bytes are no text: "a Parquet file", or "binary". Empty for a text in UTF-8 or an
/// encoding of single bytes, also with a NUL here and there.
std::string_view binary_type(std::string_view beginning);

/// What a text is that is no table, though it may be named like one: "an HTML page, titled 'Not Found'",
/// "a Git LFS pointer to a file of 12 bytes". Empty for any other text.
std::string document_type(std::string_view beginning);

/// By the name, and by the beginning of a text; `whole` when nothing follows.
ContentGuess guess_text(std::string_view name, std::string_view beginning, bool whole);

}  // namespace prevision::snapshot
