#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/lookup.hpp"
#include "cli/verbs/listing.hpp"

namespace prevision::cli {

/// The names of a project's objects by their ids, for lists of what refers to them.
template <typename Object>
class Names {
  public:
    /// Asks the platform for them. Without the right to list them, or without such a list, it has none.
    void load(Services& services) {
        try {
            list_all<Object>(services, [&](const Object& object) {
                names_.emplace(object.id, object.name);
                return true;
            });
        } catch (const Error& error) {
            const auto error_class = error.error_class();
            if (error_class != ErrorClass::auth && error_class != ErrorClass::not_found) throw;
        }
    }

    /// Asks the platform for one of them.
    void load_one(Services& services, const std::string& id) {
        if (id.empty() || names_.contains(id)) return;
        try {
            names_.emplace(id, services.client().get<Object>(id).name);
        } catch (const Error& error) {
            const auto error_class = error.error_class();
            if (error_class != ErrorClass::auth && error_class != ErrorClass::not_found) throw;
        }
    }

    /// The object's name, or its id where the name is unknown.
    [[nodiscard]] std::optional<std::string> find(const std::string& id) const {
        const auto found = names_.find(id);
        return cell(found == names_.end() ? id : found->second);
    }

  private:
    std::map<std::string, std::string> names_;
};

/// A column that shows the name of the object that `id` refers to. `names` must outlive it.
template <typename Object, typename Named>
Field<Object> name_field(std::string column, Names<Named>& names, std::string Object::*id) {
    return {.column = {std::move(column)},
            .cell = [&names, id](const Object& object) { return names.find(object.*id); },
            .in_lists = true,
            .prepare = [&names](Services& services) { names.load(services); },
            .prepare_one = [&names, id](Services& services,
                                        const Object& object) { names.load_one(services, object.*id); }};
}

}  // namespace prevision::cli
