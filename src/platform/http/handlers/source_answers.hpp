#pragma once

#include <functional>
#include <string>

#include "platform/http/answers.hpp"
#include "platform/platform.hpp"
#include "sources/source.hpp"

/// Answers that connectors and datasources share.
namespace prevision::platform {

/// Runs a test and answers what it found: 200 when it works, else the status of the failure, with `message`,
/// `class`, `hint`, `ok` and the `stages` up to the one that failed.
Answer test_answer(const std::function<void(const sources::StageObserver& observer)>& test);

/// 200 for a DELETE whose answer has a body.
Answer deleted_answer(const std::string& id);

}  // namespace prevision::platform
