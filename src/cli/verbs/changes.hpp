#pragma once

#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "core/error.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

inline void add_new_name(Command& verb, std::optional<std::string>& name) {
    verb.option("--name", name, "Its new name", {.value = "NAME"});
}

/// Adds the new name to the fields that `update` changes, and sends them. Error usage when there is nothing to change, conflict
/// when another object has the name.
template <typename Object>
Object send_changes(Services& services, const Object& object, const std::optional<std::string>& name,
                    model::JsonObject changes) {
    const bool is_renamed = name && *name != object.name;
    if (is_renamed) {
        for (const auto& other : find_named<Object>(services, *name)) {
            if (!reserves_name(other)) continue;
            throw Error(ErrorClass::conflict,
                        fmt::format("cannot rename the {} '{}': the name '{}' is taken by {}",
                                    api::noun_of<Object>(), object.name, *name, other.id));
        }
    }
    changes.text_if_given("name", name);
    if (changes.empty())
        throw Error(ErrorClass::usage, "nothing to change was given",
                    fmt::format("see 'prevision {} update --help'", api::noun_of<Object>()));
    auto& client = services.client();
    return is_renamed ? client.rename(scope_of<Object>(services), object, changes.finish())
                      : client.update<Object>(api::refer_to(object), changes.finish());
}

}  // namespace prevision::cli
