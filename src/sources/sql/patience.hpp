#pragma once

#include <chrono>
#include <optional>

namespace prevision::sources {

/// How long a server may be silent: for the answer to a short statement (SqlServer::answer_limit), or while a
/// statement works (SqlServer::silence_limit).
enum class Patience { limited, working };

/// The time at which a wait ends; nothing when `limit` is 0.
std::optional<std::chrono::steady_clock::time_point> deadline_after(std::chrono::milliseconds limit);

/// What poll(2) takes: the milliseconds until then, 0 when it has passed, -1 without a deadline.
int time_left(std::optional<std::chrono::steady_clock::time_point> deadline);

}  // namespace prevision::sources
