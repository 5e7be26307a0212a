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

/// As `find`, and the object is what the platform tells of it alone: in a list that may be less.
template <typename Object, typename Get, typename List>
Object find_whole(const std::string& noun, const std::string& name, Get get, List list) {
    bool is_whole = false;
    auto found = find<Object>(
        noun, name,
        [&](const std::string& id) {
            auto object = get(id);
            is_whole = true;
            return object;
        },
        list);
    return is_whole ? std::move(found) : get(found.id);
}

}  // namespace

model::Project find_project(api::Client& client, const std::string& name) {
    return find<model::Project>(
        "project", name, [&](const std::string& id) { return client.get<model::Project>(id); },
        [&](const auto& each) { client.list_named<model::Project>({}, name, each); });
}

model::Connector find_connector(api::Client& client, const std::string& project_id, const std::string& name) {
    return find_whole<model::Connector>(
        "connector", name, [&](const std::string& id) { return client.get<model::Connector>(id); },
        [&](const auto& each) { client.list_named<model::Connector>(project_id, name, each); });
}

model::Datasource find_datasource(api::Client& client, const std::string& project_id,
                                  const std::string& name) {
    return find_whole<model::Datasource>(
        "datasource", name, [&](const std::string& id) { return client.get<model::Datasource>(id); },
        [&](const auto& each) { client.list_named<model::Datasource>(project_id, name, each); });
}

model::Exporter find_exporter(api::Client& client, const std::string& project_id, const std::string& name) {
    return find_whole<model::Exporter>(
        "exporter", name, [&](const std::string& id) { return client.get<model::Exporter>(id); },
        [&](const auto& each) { client.list_named<model::Exporter>(project_id, name, each); });
}

model::Dataset find_dataset(api::Client& client, const std::string& project_id, const std::string& name) {
    return find_whole<model::Dataset>(
        "dataset", name, [&](const std::string& id) { return client.get<model::Dataset>(id); },
        [&](const auto& each) { client.list_named<model::Dataset>(project_id, name, each); });
}

}  // namespace prevision::cli
