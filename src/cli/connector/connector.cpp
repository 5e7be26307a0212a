#include "cli/connector/verbs.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/test_verb.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using model::Connector;

/// A column of an engine's option, shown only where it is asked for.
Field<Connector> option_field(const std::string& name) {
    return extra<Connector>({{name}, [name](const Connector& connector) {
                                 const auto found = connector.options.find(name);
                                 return found == connector.options.end() ? std::nullopt : cell(found->second);
                             }});
}

/// Its exporters and datasources.
std::vector<Dependent> dependents(Services& services, const Connector& connector) {
    const auto project = connector.project_id.empty() ? services.project_id() : connector.project_id;
    const auto is_its = [&](const auto& object) { return object.connector_id == connector.id; };
    std::vector<Dependent> found;
    gather_dependents<model::Exporter>(services, project, is_its, found);
    gather_dependents<model::Datasource>(services, project, is_its, found);
    return found;
}

ConnectorNoun connector_noun() {
    ConnectorNoun noun{
        .completes = Completes::connector,
        .fields = {id_field<Connector>(), text("name", &Connector::name), text("type", &Connector::type),
                   option_field("engine"), text("host", &Connector::host), number("port", &Connector::port),
                   text("username", &Connector::username), extra(time("created_at", &Connector::created_at))},
        .dependents = dependents};
    for (const auto& name : sources::engine_option_names()) noun.fields.push_back(option_field(name));
    return noun;
}

void add_verbs(Command& command, Services& services) {
    const auto& noun = command.keep<ConnectorNoun>(connector_noun());
    add_list_verb(command, services, noun);
    add_connector_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_connector_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_test_verb(command, services, noun, "Try a connector: resolve, connect, tls, auth, list", "shop",
                  test_connector);
    add_connector_browse(command, services);
    add_connector_types(command, services);
}

}  // namespace

void add_connector(Command& root, Services& services) {
    root.subcommand("connector", "The credentials of a remote system", {"connectors", "conn"})
        .when_reached([&services](Command& command) { add_verbs(command, services); });
}

}  // namespace prevision::cli
