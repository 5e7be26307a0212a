#pragma once

#include <functional>
#include <string>

#include "platform/http/answers.hpp"
#include "platform/platform.hpp"
#include "sources/source.hpp"

/// Answers that connectors and datasources share.
namespace prevision::platform {

/// Runs a test and answers with its result: 200 when it works, else the status of the failure, with `message`,
/// `class`, `hint`, `ok` and the `stages` up to the one that failed.
Answer test_answer(const std::function<void(const sources::StageObserver& observer)>& test);

/// The answer of a DELETE that has a body: 200.
Answer deleted_answer(const std::string& id);

}  // namespace prevision::platform
