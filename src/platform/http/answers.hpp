#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "platform/platform.hpp"
#include "platform/store/page.hpp"

namespace prevision::platform {

Answer json_answer(std::string body);

/// 204: it is done, and there is nothing to say.
Answer empty_answer();

/// The status that tells a failure of this class to a client.
int status_of(ErrorClass error_class);

/// What the platform answers where it failed with this Error: its status, `message`, and our own `class` and
/// `hint`. The text is always valid JSON, whatever bytes the message holds.
Answer failure_answer(const Error& error);

/// A page of a list whose items are JSON texts.
Answer page_answer(const Page& page, std::uint64_t total, const std::vector<std::string>& items);

/// `{"items": ["name", …]}`
Answer names_answer(const std::vector<std::string>& names);

}  // namespace prevision::platform
