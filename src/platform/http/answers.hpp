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

/// Builds the answer with a page of a list, which may hold thousands of items.
class PageAnswer {
  public:
    explicit PageAnswer(const Page& page) : page_(page) {}

    /// `item` must be JSON.
    void add(std::string_view item);

    /// `total` counts the items of all pages. Do not use the builder after it.
    Answer finish(std::uint64_t total);

  private:
    const Page& page_;
    std::string body_ = R"({"items":[)";
    bool is_empty_ = true;
};

}  // namespace prevision::platform
