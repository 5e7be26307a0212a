#pragma once

#include <string>
#include <string_view>

namespace prevision::platform {

/// The text with U+FFFD in place of what is not UTF-8: a distant system may say anything, and JSON may not.
std::string valid_utf8(std::string_view text);

}  // namespace prevision::platform
