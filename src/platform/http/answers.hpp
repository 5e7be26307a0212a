#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "platform/platform.hpp"
#include "platform/store/page.hpp"

namespace prevision::platform {

Answer json_answer(std::string body);

/// 204, without a body.
Answer empty_answer();

/// The HTTP status for a failure of this class.
int status_of(ErrorClass error_class);

/// The answer for a call that failed with this Error: its status, `message`, and our own fields `class` and `hint`.
/// Always valid JSON, whatever bytes the message holds.
Answer failure_answer(const Error& error);

/// A page of a list; `items` is a JSON array.
Answer page_answer(const Page& page, std::uint64_t total, std::string_view items);

}  // namespace prevision::platform
