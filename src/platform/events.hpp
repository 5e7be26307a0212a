#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace prevision::platform {

/// A change: its name on the wire ("DATASET_UPDATE", "EXPORT_UPDATE"), and the id of the changed object.
struct Event {
    std::string name;
    std::string id;
    std::string project_id{};  ///< of the object
};

/// The event in the format of server-sent events.
std::string encode(const Event& event);

/// Passes the changes in this process to all subscribers. Safe on any thread.
class EventBus {
  public:
    using Observer = std::function<void(const Event&)>;

    /// While it lives, its observer is called. Its destructor waits for a running call.
    class Subscription {
      public:
        Subscription(EventBus& bus, std::uint64_t key) : bus_(bus), key_(key) {}
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

      private:
        EventBus& bus_;
        std::uint64_t key_;
    };

    /// `observer` runs on the thread that publishes. It must return at once, not throw and not subscribe. The
    /// bus must outlive the subscription.
    [[nodiscard]] std::unique_ptr<Subscription> subscribe(Observer observer);

    void publish(const Event& event);

  private:
    std::mutex mutex_;
    std::uint64_t next_key_ = 0;
    std::map<std::uint64_t, Observer> observers_;
};

}  // namespace prevision::platform
