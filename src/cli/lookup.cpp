#include "cli/lookup.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

/// `get` answers by id, `list` gives all; a name may look like an id, so an id that is not there is looked
/// for as a name.
template <typename Object, typename Get, typename List>
Object find(const std::string& noun, const std::string& name, Get get, List list) {
    if (is_id(name)) {
        try {
            return get(to_lower(name));
        } catch (const Error& error) {
            if (error.error_class() != ErrorClass::not_found) throw;
        }
    }
    std::optional<Object> found;
    list([&](Object object) {
        if (object.name != name) return true;
        if (found) {
            throw Error(ErrorClass::usage,
                        fmt::format("two {}s are named '{}': {} and {}", noun, name, found->id, object.id),
                        "give the id instead of the name");
        }
        found = std::move(object);
        return true;
    });
    if (!found) {
        throw Error(ErrorClass::not_found, fmt::format("no {} is named '{}'", noun, name),
                    fmt::format("'prevision {} list' shows what there is", noun));
    }
    return std::move(*found);
}

}  // namespace

model::Project find_project(api::Client& client, const std::string& name) {
    return find<model::Project>(
        "project", name, [&](const std::string& id) { return client.get_project(id); },
        [&](const auto& each) { client.list_projects(each); });
}

model::Connector find_connector(api::Client& client, const std::string& project_id, const std::string& name) {
    return find<model::Connector>(
        "connector", name, [&](const std::string& id) { return client.get_connector(id); },
        [&](const auto& each) { client.list_connectors(project_id, each); });
}

model::Datasource find_datasource(api::Client& client, const std::string& project_id,
                                  const std::string& name) {
    return find<model::Datasource>(
        "datasource", name, [&](const std::string& id) { return client.get_datasource(id); },
        [&](const auto& each) { client.list_datasources(project_id, each); });
}

model::Dataset find_dataset(api::Client& client, const std::string& project_id, const std::string& name) {
    return find<model::Dataset>(
        "dataset", name, [&](const std::string& id) { return client.get_dataset(id); },
        [&](const auto& each) { client.list_datasets(project_id, each); });
}

}  // namespace prevision::cli
