#include "cli/lookup.hpp"

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"

namespace prevision::cli {

using api::Client;
using model::Connector;
using model::Dataset;
using model::Datasource;
using model::Exporter;
using model::Project;

template <typename Object>
std::vector<Object> find_named(Client& client, const std::string& project_id, const std::string& name) {
    std::vector<Object> found;
    client.list_named<Object>(project_id, name, [&](Object object) {
        found.push_back(std::move(object));
        return true;
    });
    return found;
}

template <typename Object>
Error several_named(const std::string& name, const std::vector<Object>& objects) {
    std::vector<std::string> ids;
    for (const auto& object : objects) ids.push_back(object.id);
    return Error(ErrorClass::usage,
                 fmt::format("{} {}s are named '{}': {}", objects.size(), api::noun_of<Object>(), name,
                             join(ids, ", ")),
                 "give the id instead of the name");
}

template <typename Object>
Object find(Client& client, const std::string& project_id, const std::string& name) {
    // A name may look like an id, so an unknown id is looked for as a name.
    if (is_id(name)) {
        try {
            return client.get<Object>(to_lower(name));
        } catch (const Error& error) {
            if (error.error_class() != ErrorClass::not_found) throw;
        }
    }
    auto found = find_named<Object>(client, project_id, name);
    if (found.empty()) {
        throw Error(ErrorClass::not_found, fmt::format("no {} is named '{}'", api::noun_of<Object>(), name),
                    fmt::format("'prevision {} list' shows what there is", api::noun_of<Object>()));
    }
    if (found.size() > 1) throw several_named(name, found);
    if constexpr (std::is_same_v<Object, Project>) return std::move(found.front());
    // A platform's list may hold less of an object.
    return client.get<Object>(found.front().id);
}

template Project find(Client&, const std::string&, const std::string&);
template Connector find(Client&, const std::string&, const std::string&);
template Datasource find(Client&, const std::string&, const std::string&);
template Dataset find(Client&, const std::string&, const std::string&);
template Exporter find(Client&, const std::string&, const std::string&);

template std::vector<Project> find_named(Client&, const std::string&, const std::string&);
template std::vector<Connector> find_named(Client&, const std::string&, const std::string&);
template std::vector<Datasource> find_named(Client&, const std::string&, const std::string&);
template std::vector<Dataset> find_named(Client&, const std::string&, const std::string&);
template std::vector<Exporter> find_named(Client&, const std::string&, const std::string&);

template Error several_named(const std::string&, const std::vector<Project>&);
template Error several_named(const std::string&, const std::vector<Connector>&);
template Error several_named(const std::string&, const std::vector<Datasource>&);
template Error several_named(const std::string&, const std::vector<Dataset>&);
template Error several_named(const std::string&, const std::vector<Exporter>&);

}  // namespace prevision::cli
