#include "core/environment.hpp"

#include <string_view>

#include <unistd.h>

namespace prevision {

std::optional<std::string> Environment::get_raw(const std::string& name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string> Environment::get(const std::string& name) const {
    auto value = get_raw(name);
    if (value && value->empty()) return std::nullopt;
    return value;
}

std::vector<std::string> Environment::names() const {
    std::vector<std::string> names;
    names.reserve(variables_.size());
    for (const auto& [name, value] : variables_) names.push_back(name);
    return names;
}

Environment system_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return Environment(std::move(variables));
}

}  // namespace prevision
