#include "platform/events.hpp"

#include <fmt/format.h>

namespace prevision::platform {

// Ids are hex digits: there is nothing to escape.
std::string encode(const Event& event) {
    return fmt::format("event: {}\ndata: {{\"_id\":\"{}\"}}\n\n", event.name, event.id);
}

std::unique_ptr<EventBus::Subscription> EventBus::subscribe(Observer observer) {
    const std::lock_guard lock(mutex_);
    const auto key = next_key_++;
    observers_.emplace(key, std::move(observer));
    return std::make_unique<Subscription>(*this, key);
}

void EventBus::publish(const Event& event) {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, observer] : observers_) observer(event);
}

EventBus::Subscription::~Subscription() {
    const std::lock_guard lock(bus_.mutex_);
    bus_.observers_.erase(key_);
}

}  // namespace prevision::platform
