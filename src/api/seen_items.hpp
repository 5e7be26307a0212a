#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace prevision::api {

/// The items of a list so far: pages move when something is created or deleted meanwhile.
class SeenItems {
  public:
    /// Whether the item is to be shown: it has no id, or a new one.
    bool add(const std::string& id, std::string_view document) {
        if (id.empty()) {
            ++without_id_;
            documents_.emplace(document);
            return true;
        }
        if (const auto usual = pack(id)) return usual_ids_.insert(*usual).second;
        return other_ids_.insert(id).second;
    }

    /// How many items there were, each id counted once.
    [[nodiscard]] std::int64_t count() const {
        return static_cast<std::int64_t>(distinct_ids()) + without_id_;
    }

    /// How many different items there were.
    [[nodiscard]] std::size_t distinct() const { return distinct_ids() + documents_.size(); }

  private:
    /// An id as the platform makes them, two hex digits a byte: long lists take a fraction of the memory.
    using UsualId = std::array<char, 12>;
    struct Hash {
        std::size_t operator()(const UsualId& id) const {
            return std::hash<std::string_view>()({id.data(), id.size()});
        }
    };

    /// Nothing for another kind of id; upper-case digits are one, as they stay apart from lower-case ones.
    static std::optional<UsualId> pack(std::string_view id) {
        UsualId bytes{};
        if (id.size() != 2 * bytes.size()) return std::nullopt;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const int high = value_of(id[2 * i]);
            const int low = value_of(id[2 * i + 1]);
            if (high < 0 || low < 0) return std::nullopt;
            bytes[i] = static_cast<char>(high * 16 + low);
        }
        return bytes;
    }

    static int value_of(char digit) {
        if (digit >= '0' && digit <= '9') return digit - '0';
        return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
    }

    [[nodiscard]] std::size_t distinct_ids() const { return usual_ids_.size() + other_ids_.size(); }

    std::unordered_set<UsualId, Hash> usual_ids_;
    std::unordered_set<std::string> other_ids_;
    std::unordered_set<std::string> documents_;  // of the items without an id
    std::int64_t without_id_ = 0;
};

}  // namespace prevision::api
