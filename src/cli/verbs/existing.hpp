#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "cli/command/command.hpp"
#include "cli/services.hpp"
#include "core/error.hpp"

namespace prevision::cli {

/// `--if-exists`: what `create` does when the name is taken.
struct IfExists {
    std::string choice = "fail";

    [[nodiscard]] api::Names names() const {
        return choice == "duplicate" ? api::Names::any : api::Names::unique;
    }
};

/// `can_update`: whether the platform can change one that there is.
inline void add_if_exists(Command& command, IfExists& options, bool can_update) {
    const std::vector<std::string> choices{"fail", "skip", "duplicate"};
    const std::vector<std::string> with_update{"fail", "skip", "update", "duplicate"};
    command.option("--if-exists", options.choice, "What to do when the name is taken",
                   {.value = "WHAT", .choices = can_update ? with_update : choices});
}

/// A definition that was changed cannot be changed back: its secrets are told to nobody.
inline void refuse_update_with_test(const IfExists& options, bool test, const std::string& noun) {
    if (!test || options.choice != "update") return;
    throw Error(ErrorClass::usage, "--test does not go with --if-exists update",
                fmt::format("update it, and then: prevision {} test NAME", noun));
}

/// Looks for an object of the name among those that `list` gives, and does what was chosen: nothing is
/// returned where a new one is to be made, and else the one that is there, after `update` where that was
/// chosen, of what has such. Error conflict when the name is taken and the choice is `fail`.
template <typename Object, typename List, typename Update = std::nullptr_t>
std::optional<Object> settle_existing(Services& services, const IfExists& options, const std::string& noun,
                                      const std::string& name, List list, Update update = nullptr) {
    if (options.choice == "duplicate") return std::nullopt;
    std::optional<Object> existing;
    list([&](Object object) {
        if (object.name == name) existing = std::move(object);
        return !existing;
    });
    if (!existing) return std::nullopt;
    if (options.choice == "fail") {
        throw Error(
            ErrorClass::conflict,
            fmt::format("cannot create the {} '{}': that name is taken by {}", noun, name, existing->id),
            std::is_null_pointer_v<Update> ? "choose another name, or --if-exists skip or duplicate"
                                           : "choose another name, or --if-exists skip, update or duplicate");
    }
    if (options.choice == "skip") {
        services.message(fmt::format("the {} '{}' exists already; it was left as it is", noun, name));
        return existing;
    }
    if constexpr (!std::is_null_pointer_v<Update>) return update(*existing);
    return existing;
}

/// Returns what `settle` finds, else what `create` makes. When another caller takes the name in between, `--if-exists` decides
/// about its object.
template <typename Settle, typename Create>
auto create_unless_taken(const IfExists& options, Settle settle, Create create) {
    if (auto existing = settle()) return std::move(*existing);
    try {
        return create();
    } catch (const Error& error) {
        const bool settles = options.choice == "skip" || options.choice == "update";
        if (error.error_class() != ErrorClass::conflict || !settles) throw;
        auto existing = settle();
        if (!existing) throw;
        return std::move(*existing);
    }
}

}  // namespace prevision::cli
