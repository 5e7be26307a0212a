#include "cli/verbs/batch.hpp"

#include <fmt/format.h>

namespace prevision::cli {

void Batch::run(const std::function<void()>& step) {
    try {
        step();
    } catch (const Error& error) {
        if (count_ == 1 || console_.cancellation().cancelled()) throw;
        ++failed_;
        console_.report(error);
    }
}

void Batch::finish() const {
    if (failed_ > 0) throw Error(ErrorClass::partial, fmt::format("{} of {} {}", failed_, count_, failure_));
}

}  // namespace prevision::cli
