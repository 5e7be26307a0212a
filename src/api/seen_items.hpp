#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace prevision::api {

/// The items of a list so far: pages move when something is created or deleted meanwhile.
class SeenItems {
  public:
    /// Whether the item is to be shown: it has no id, or a new one.
    bool add(const std::string& id, const std::string& document) {
        if (id.empty()) {
            ++without_id_;
            documents_.insert(document);
            return true;
        }
        return ids_.insert(packed(id)).second;
    }

    /// How many items there were, each id counted once.
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(ids_.size()) + without_id_; }

    /// How many different items there were.
    [[nodiscard]] std::size_t distinct() const { return ids_.size() + documents_.size(); }

  private:
    /// The hex digits of an id two by two: what is left has room in a std::string's own bytes, so that long
    /// lists take a fraction of the memory. Lower and upper case stay apart.
    static std::string packed(std::string_view id) {
        constexpr std::string_view digits = "0123456789abcdef";
        if (id.size() != 24) return std::string(id);
        std::string bytes(12, '\0');
        for (std::size_t i = 0; i < id.size(); ++i) {
            const auto value = digits.find(id[i]);
            if (value == std::string_view::npos) return std::string(id);
            bytes[i / 2] = static_cast<char>(
                static_cast<std::size_t>(static_cast<unsigned char>(bytes[i / 2])) << 4U | value);
        }
        return bytes;
    }

    std::unordered_set<std::string> ids_;
    std::unordered_set<std::string> documents_;  // of the items without an id
    std::int64_t without_id_ = 0;
};

}  // namespace prevision::api
