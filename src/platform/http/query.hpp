#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prevision::platform {

/// The parameters after the '?' of a call. Of several with one name, the first counts.
class Query {
  public:
    /// Takes "a=1&b=x%20y+z": percent-encoded, '+' for a space.
    explicit Query(std::string_view text);

    /// The value; nothing when it is absent or empty.
    [[nodiscard]] std::optional<std::string> get(std::string_view name) const;

    /// A whole number; Error invalid, naming the parameter, when it is not a number or out of range.
    [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                                       std::uint64_t most) const;

  private:
    std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace prevision::platform
