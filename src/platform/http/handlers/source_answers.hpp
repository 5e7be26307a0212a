#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/cancellation.hpp"
#include "platform/http/answers.hpp"
#include "platform/platform.hpp"
#include "sources/source.hpp"

/// What connectors and datasources answer alike.
namespace prevision::platform {

/// The cancellation of a call, or one that nobody raises.
class CallCancellation {
  public:
    explicit CallCancellation(const Call& call) : call_(call.cancellation) {}
    [[nodiscard]] Cancellation& get() { return call_ != nullptr ? *call_ : none_; }

  private:
    Cancellation* call_;
    Cancellation none_;
};

/// Runs a test and answers what it found: 200 when it works, else the status of the failure, with `message`,
/// `class`, `hint`, `ok` and the `stages` up to the one that failed.
Answer test_answer(const std::function<void(const sources::StageObserver& observer)>& test);

std::vector<std::string> names_of(const std::vector<sources::Entry>& entries);

/// 200 for a DELETE whose answer has a body.
Answer deleted_answer(const std::string& id);

}  // namespace prevision::platform
