#pragma once

#include <chrono>

#include "core/cancellation.hpp"

namespace prevision {

/// Lets time pass; ends at once, with the cancellation's Error, when it is raised.
void wait_for(std::chrono::milliseconds duration, Cancellation& cancellation);

}  // namespace prevision
