#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// Throws Error invalid: "invalid FIELD: WHY". Hints name options as flags ("--host-key"); the command line shows them
/// in a file's words where a file is wrong.
[[noreturn]] void refuse_field(std::string_view field, std::string_view why, std::string hint = {});

/// Refuses a value that a protocol's commands cannot hold: one with a line end or a NUL byte.
void refuse_line_ends(std::string_view field, std::string_view text);

/// Refuses a value that a library takes as a C string when it holds a NUL byte.
void refuse_nul(std::string_view field, std::string_view text);

/// The connection's own option of that name; empty when it is not given.
std::string option_of(const Connection& connection, const std::string& name);

/// A path with each part between slashes percent-encoded.
std::string encode_path(std::string_view path);

}  // namespace prevision::sources
