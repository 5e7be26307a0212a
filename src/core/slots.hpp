#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace prevision {

/// Limits how many users each name has at a time. Safe on any thread.
class Slots {
  public:
    explicit Slots(std::size_t most_per_name) : most_(most_per_name) {}

    /// One use, which ends with the object. The Slots must outlive it.
    class Slot {
      public:
        Slot(Slots& slots, std::string name) : slots_(&slots), name_(std::move(name)) {}
        Slot(Slot&& other) noexcept
            : slots_(std::exchange(other.slots_, nullptr)), name_(std::move(other.name_)) {}
        Slot& operator=(Slot&& other) noexcept {
            std::swap(slots_, other.slots_);
            std::swap(name_, other.name_);
            return *this;
        }
        ~Slot() {
            if (slots_ != nullptr) slots_->give_back(name_);
        }

      private:
        Slots* slots_;
        std::string name_;
    };

    /// Nothing while the name has as many users as are allowed.
    std::optional<Slot> take(const std::string& name) {
        const std::lock_guard lock(mutex_);
        auto& count = counts_[name];
        if (count >= most_) return std::nullopt;
        ++count;
        return std::optional<Slot>(std::in_place, *this, name);
    }

  private:
    void give_back(const std::string& name) {
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(name);
        if (--found->second == 0) counts_.erase(found);
    }

    std::size_t most_;
    std::mutex mutex_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace prevision
