#pragma once

#include <chrono>

#include "core/cancellation.hpp"
#include "core/file.hpp"

namespace prevision {

/// Waits that long; throws the cancellation's Error at once when it is raised.
void wait_for(std::chrono::milliseconds duration, Cancellation& cancellation);

/// Waits for input on descriptors. One thread at a time; the cancellation must outlive it.
class InputWait {
  public:
    explicit InputWait(Cancellation& cancellation);

    /// Returns when one of the descriptors has input or its end, and whether it is the first. -1 for no
    /// `other`. Throws the cancellation's Error when it is raised.
    bool wait(int descriptor, int other = -1);

  private:
    Cancellation& cancellation_;
    FileDescriptor wake_;
    Cancellation::Subscription subscription_;
};

}  // namespace prevision
