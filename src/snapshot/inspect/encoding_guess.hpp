#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prevision::snapshot {

/// The encoding that the first bytes of a text show: by a byte order mark, or by the zeros that UTF-16 has
/// beside ASCII letters. Nothing for other texts: UTF-8, and all that is written in single bytes.
std::optional<std::string> marked_encoding(std::string_view beginning);

/// The most likely encoding of a text that is not UTF-8, by the frequency of its bytes; a name that
/// `encoding_name` knows. Windows-1252 when nothing else is likelier.
std::string likely_encoding(std::string_view text);

}  // namespace prevision::snapshot
