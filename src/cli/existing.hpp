#pragma once

#include <functional>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/services.hpp"
#include "core/error.hpp"

namespace prevision::cli {

/// `--if-exists`: what `create` does when the name is taken.
struct IfExists {
    std::string choice = "fail";
};

inline void add_if_exists(Command& command, IfExists& options) {
    command.option("--if-exists", options.choice, "What to do when the name is taken",
                   {.value = "WHAT", .choices = {"fail", "skip", "update", "duplicate"}});
}

/// Looks for an object of the name among those that `list` gives, and does what was chosen: nothing is
/// returned where a new one is to be made, and else the one that is there, after `update` where that was
/// chosen. Error conflict when the name is taken and the choice is `fail`.
template <typename Object, typename List, typename Update>
std::optional<Object> settle_existing(Services& services, const IfExists& options, const std::string& noun,
                                      const std::string& name, List list, Update update) {
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
            "choose another name, or --if-exists skip, update or duplicate");
    }
    if (options.choice == "skip") {
        services.message(fmt::format("the {} '{}' exists already; it was left as it is", noun, name));
        return existing;
    }
    return update(*existing);
}

}  // namespace prevision::cli
