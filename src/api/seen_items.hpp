#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace prevision::api {

/// Which items of a list were there already: pages move when something is created or deleted meanwhile.
class SeenItems {
  public:
    void begin_page() { anything_new_ = false; }

    /// Whether the item is to be shown: it has no id, or one that was not there yet.
    bool add(const std::string& id, const std::string& document) {
        const bool is_new = seen_.insert(id.empty() ? document : packed(id)).second;
        anything_new_ = anything_new_ || is_new;
        return is_new || id.empty();
    }

    /// Whether the page brought anything that was not there yet: one that did not is the last.
    [[nodiscard]] bool anything_new() const { return anything_new_; }

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

    std::unordered_set<std::string> seen_;
    bool anything_new_ = false;
};

}  // namespace prevision::api
