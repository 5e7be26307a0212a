#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "cli/command/command.hpp"
#include "cli/lookup.hpp"
#include "core/error.hpp"

namespace prevision::cli {

/// `--if-exists`: what `create` does when the name is taken.
struct IfExists {
    std::string choice = "fail";
};

/// `can_update`: whether the platform can change an existing one.
inline void add_if_exists(Command& command, IfExists& options, bool can_update) {
    const std::vector<std::string> choices{"fail", "skip", "duplicate"};
    const std::vector<std::string> with_update{"fail", "skip", "update", "duplicate"};
    command.option("--if-exists", options.choice, "What to do when the name is taken",
                   {.value = "WHAT", .choices = can_update ? with_update : choices});
}

/// An update cannot be undone when a test fails: the platform does not return the old secrets.
inline void refuse_update_with_test(const IfExists& options, bool test, const std::string& noun) {
    if (!test || options.choice != "update") return;
    throw Error(ErrorClass::usage, "--test does not go with --if-exists update",
                fmt::format("update it, and then: prevision {} test NAME", noun));
}

/// Does what `--if-exists` says about `named`, the objects that have the name. Returns nothing where a new one is to be made;
/// else the one that exists, changed by `update` where that was chosen and the noun has an update. Error conflict when the
/// name is taken and the choice is `fail`; Error usage, with every id, when several have the name.
template <typename Object, typename Update = std::nullptr_t>
std::optional<Object> settle_existing(Services& services, const IfExists& options, const std::string& name,
                                      const std::vector<Object>& named, Update update = nullptr) {
    if (named.empty() || options.choice == "duplicate") return std::nullopt;
    if (named.size() > 1) throw several_named(name, named);
    const auto& existing = named.front();
    const auto noun = api::noun_of<Object>();
    if (options.choice == "fail") {
        throw Error(
            ErrorClass::conflict,
            fmt::format("cannot create the {} '{}': that name is taken by {}", noun, name, existing.id),
            std::is_null_pointer_v<Update> ? "choose another name, or --if-exists skip or duplicate"
                                           : "choose another name, or --if-exists skip, update or duplicate");
    }
    if (options.choice == "skip") {
        services.notice(fmt::format("the {} '{}' exists already and was not changed", noun, name));
        return existing;
    }
    if constexpr (!std::is_null_pointer_v<Update>) return update(existing);
    return existing;
}

/// Creates an object of a name that no other has, or does what `--if-exists` says, also when another command takes the name
/// meanwhile. `create` is called with the rule for its name. `unreserving` receives the objects that have the name and do not
/// reserve it.
template <typename Object, typename Create, typename Update = std::nullptr_t>
Object create_unless_taken(Services& services, const IfExists& options, const std::string& name,
                           Create create, Update update = nullptr,
                           std::vector<Object>* unreserving = nullptr) {
    if (options.choice == "duplicate") return create(api::Names::any);
    const auto settle = [&] {
        auto named = find_named<Object>(services, name);
        const auto rest = std::stable_partition(named.begin(), named.end(), reserves_name<Object>);
        if (unreserving != nullptr) unreserving->assign(rest, named.end());
        named.erase(rest, named.end());
        return settle_existing<Object>(services, options, name, named, update);
    };
    if (auto existing = settle()) return std::move(*existing);
    try {
        return create(api::Names::unique);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::conflict) throw;
        if (auto existing = settle()) return std::move(*existing);
        throw;
    }
}

}  // namespace prevision::cli
