#pragma once

#include <string>
#include <string_view>

namespace prevision {

/// A new id, 24 hex digits as the platform's are: seconds since 1970 first, so that ids sort by age, then 64
/// random bits. Safe on any thread.
std::string new_id();

/// Whether the text has the form of an id.
bool is_id(std::string_view text);

}  // namespace prevision
