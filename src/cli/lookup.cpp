#include "cli/lookup.hpp"

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

using api::Client;
using model::Connector;
using model::Dataset;
using model::Datasource;
using model::Exporter;
using model::Project;

/// A list of the client, as Calls has it.
template <typename Object,
          void (Client::*list)(const std::string&, const Client::Each<Object>&, const std::string&)>
void list_in(Client& client, const std::string& project_id, const std::function<bool(Object)>& each,
             const std::string& name) {
    (client.*list)(project_id, each, name);
}

void list_projects(Client& client, const std::string& /*project_id*/,
                   const std::function<bool(Project)>& each, const std::string& name) {
    client.list_projects(each, name);
}

}  // namespace

template <>
const Calls<Project>& calls() {
    static const Calls<Project> project{"project", list_projects, &Client::get_project,
                                        &Client::update_project, &Client::delete_project};
    return project;
}

template <>
const Calls<Connector>& calls() {
    static const Calls<Connector> connector{"connector", list_in<Connector, &Client::list_connectors>,
                                            &Client::get_connector, &Client::update_connector,
                                            &Client::delete_connector};
    return connector;
}

template <>
const Calls<Datasource>& calls() {
    static const Calls<Datasource> datasource{"datasource", list_in<Datasource, &Client::list_datasources>,
                                              &Client::get_datasource, &Client::update_datasource,
                                              &Client::delete_datasource};
    return datasource;
}

template <>
const Calls<Dataset>& calls() {
    static const Calls<Dataset> dataset{"dataset", list_in<Dataset, &Client::list_datasets>,
                                        &Client::get_dataset, &Client::update_dataset,
                                        &Client::delete_dataset};
    return dataset;
}

template <>
const Calls<Exporter>& calls() {
    static const Calls<Exporter> exporter{"exporter", list_in<Exporter, &Client::list_exporters>,
                                          &Client::get_exporter, &Client::update_exporter,
                                          &Client::delete_exporter};
    return exporter;
}

template <typename Object>
std::vector<Object> find_named(Client& client, const std::string& project_id, const std::string& name) {
    std::vector<Object> found;
    const auto add = [&](Object object) {
        if (object.name == name) found.push_back(std::move(object));
        return true;
    };
    calls<Object>().list(client, project_id, add, name);
    return found;
}

template <typename Object>
Error several_named(const std::string& name, const std::vector<Object>& objects) {
    std::vector<std::string> ids;
    for (const auto& object : objects) ids.push_back(object.id);
    return Error(
        ErrorClass::usage,
        fmt::format("{} {}s are named '{}': {}", objects.size(), calls<Object>().noun, name, join(ids, ", ")),
        "give the id instead of the name");
}

template <typename Object>
Object find(Client& client, const std::string& project_id, const std::string& name) {
    const auto& of_kind = calls<Object>();
    // A name may look like an id, so an unknown id is looked for as a name.
    if (is_id(name)) {
        try {
            return (client.*of_kind.get)(to_lower(name));
        } catch (const Error& error) {
            if (error.error_class() != ErrorClass::not_found) throw;
        }
    }
    auto found = find_named<Object>(client, project_id, name);
    if (found.empty()) {
        throw Error(ErrorClass::not_found, fmt::format("no {} is named '{}'", of_kind.noun, name),
                    fmt::format("'prevision {} list' shows what there is", of_kind.noun));
    }
    if (found.size() > 1) throw several_named(name, found);
    if constexpr (std::is_same_v<Object, Project>) return std::move(found.front());
    // A platform's list may hold less of an object.
    return (client.*of_kind.get)(found.front().id);
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
