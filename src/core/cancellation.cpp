#include "core/cancellation.hpp"

#include <utility>

namespace prevision {

void Cancellation::cancel(ErrorClass reason) {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    reason_ = reason;
    cancelled_ = true;
    for (const auto& [key, action] : actions_) action();
}

void Cancellation::check() const {
    if (!cancelled()) return;
    const auto reason = reason_.load();
    throw Error(reason, reason == ErrorClass::terminated ? "terminated" : "interrupted");
}

Cancellation::Subscription::Subscription(Cancellation& cancellation, std::function<void()> action)
    : cancellation_(cancellation) {
    const std::lock_guard lock(cancellation_.mutex_);
    if (cancellation_.cancelled_) action();
    key_ = cancellation_.next_key_++;
    cancellation_.actions_.emplace(key_, std::move(action));
}

Cancellation::Subscription::~Subscription() {
    const std::lock_guard lock(cancellation_.mutex_);
    cancellation_.actions_.erase(key_);
}

}  // namespace prevision
