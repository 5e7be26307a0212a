#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "api/client.hpp"
#include "cli/services.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// All objects of the project that have exactly that name. A project itself is looked for in all the platform has.
template <typename Object>
std::vector<Object> find_named(api::Client& client, const std::string& project_id, const std::string& name);

/// Finds an object by its name or id. Error not_found, with the command that lists the objects, when none matches; Error usage
/// with every id when several have the name.
template <typename Object>
Object find(api::Client& client, const std::string& project_id, const std::string& name);

/// Error usage that names the ids of the objects of one name.
template <typename Object>
Error several_named(const std::string& name, const std::vector<Object>& objects);

/// Whether nothing else may have the object's name. A failed snapshot does not reserve it.
template <typename Object>
bool reserves_name([[maybe_unused]] const Object& object) {
    if constexpr (std::is_same_v<Object, model::Dataset>) return !object.failed();
    return true;
}

/// The project that holds objects of the kind; nothing for projects themselves.
template <typename Object>
std::string scope_of(Services& services) {
    return std::is_same_v<Object, model::Project> ? std::string() : services.project_id();
}

/// Gives every object of the kind in the chosen project to `each`, until that returns false.
template <typename Object>
void list_all(Services& services, const std::function<bool(Object)>& each) {
    services.client().list<Object>(scope_of<Object>(services), each);
}

template <typename Object>
std::vector<Object> find_named(Services& services, const std::string& name) {
    return find_named<Object>(services.client(), scope_of<Object>(services), name);
}

template <typename Object>
Object find(Services& services, const std::string& name) {
    return find<Object>(services.client(), scope_of<Object>(services), name);
}

}  // namespace prevision::cli
