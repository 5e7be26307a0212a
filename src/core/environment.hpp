#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace prevision {

/// The environment variables, injected. A variable that is set but empty counts as not set, as in most
/// tools.
class Environment {
  public:
    Environment() = default;  ///< without variables
    explicit Environment(std::map<std::string, std::string> variables) : variables_(std::move(variables)) {}

    [[nodiscard]] std::optional<std::string> get(const std::string& name) const;

    /// The value as it is, empty included: for a secret, where "set but empty" is a value.
    [[nodiscard]] std::optional<std::string> get_raw(const std::string& name) const;

    [[nodiscard]] std::vector<std::string> names() const;

  private:
    std::map<std::string, std::string> variables_;
};

/// A copy of the process's environment.
Environment system_environment();

}  // namespace prevision
