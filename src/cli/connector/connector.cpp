#include "cli/connector/browse.hpp"
#include "cli/connector/definition.hpp"
#include "cli/connector/questions.hpp"
#include "cli/connector/types.hpp"
#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"
#include "cli/verbs/test_verb.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using model::Connector;

std::optional<std::string> option_cell(const Connector& connector, const std::string& name) {
    const auto found = connector.options.find(name);
    return found == connector.options.end() ? std::nullopt : cell(found->second);
}

/// Its datasources and exporters.
void remove_dependents(Services& services, const Connector& connector) {
    auto& client = services.client();
    const auto project = connector.project_id.empty() ? services.project_id() : connector.project_id;
    const auto is_its = [&](const auto& object) { return object.connector_id == connector.id; };
    remove_listed<model::Exporter>([&](const auto& each) { client.list_exporters(project, each); }, is_its,
                                   [&](const auto& exporter) { client.delete_exporter(exporter); });
    remove_listed<model::Datasource>([&](const auto& each) { client.list_datasources(project, each); },
                                     is_its,
                                     [&](const auto& datasource) { client.delete_datasource(datasource); });
}

Noun<Connector> connector_noun() {
    Noun<Connector> noun{
        .name = "connector",
        .completes = Completes::connector,
        .fields = {text("id", &Connector::id),
                   text("name", &Connector::name),
                   text("type", &Connector::type),
                   {{"engine"},
                    [](const Connector& connector) { return option_cell(connector, "engine"); },
                    false},
                   text("host", &Connector::host),
                   number("port", &Connector::port),
                   text("username", &Connector::username),
                   extra(time("created_at", &Connector::created_at))},
        .list = [](Services& services,
                   const auto& each) { services.client().list_connectors(services.project_id(), each); },
        .find =
            [](Services& services, const std::string& name) {
                return find_connector(services.client(), services.project_id(), name);
            },
        .remove =
            [](Services& services, const Connector& connector) {
                services.client().delete_connector(api::refer_to(connector));
            },
        .remove_dependents = remove_dependents};
    for (const auto& name : sources::engine_option_names()) {
        noun.fields.push_back(
            {{name}, [name](const Connector& connector) { return option_cell(connector, name); }, false});
    }
    return noun;
}

struct CreateOptions : ConnectorOptions {
    IfExists if_exists;
    bool test = false;
};

api::TestOutcome test(api::Client& client, const api::ObjectReference& connector) {
    return client.test_connector(connector);
}

Connector run_create(CreateOptions& options, Services& services) {
    take_apart_host(options, services);
    refuse_update_with_test(options.if_exists, options.test, "connector");
    auto& client = services.client();
    const auto settle = [&] {
        return settle_existing<Connector>(
            services, options.if_exists, "connector", options.name,
            [&](const auto& each) { client.list_connectors(services.project_id(), each); },
            [&](const Connector& found) {
                return client.update_connector(api::refer_to(found), to_changes(options, services));
            });
    };
    if (options.bare() && may_prompt(services.options(), services.io())) {
        // Nobody answers ten questions to be told that the name is taken.
        if (options.if_exists.choice != "update") {
            if (const auto existing = settle()) return *existing;
        }
        options.test = ask_for_connector(options, services) || options.test;
    }
    // Read before anything is asked of the platform: a definition that cannot be right fails first.
    const auto connector = to_connector(options, services);
    if (const auto existing = settle()) return *existing;
    auto created = client.create_connector(services.project_id(), connector);
    if (options.test) {
        test_or_remove(created, services, "connector", test, &api::Client::delete_connector);
    }
    return created;
}

void add_create(Command& command, Services& services, const Noun<Connector>& noun) {
    auto verb = command.subcommand("create", "Create a connector");
    auto& options = verb.keep<CreateOptions>();
    add_connector_options(verb, options, false);
    add_if_exists(verb, options.if_exists, true);
    verb.flag("--test", options.test, "Try the connection first, and create nothing when that fails");
    verb.example(
        "prevision connector create shop --type SQL --host db.example.com --port 3306 --username reader "
        "--password-stdin < password.txt");
    verb.example("prevision connector create local --host sqlite:///data/shop.db");
    verb.example(
        "prevision connector create store --type S3 --region eu-west-1 --username ACCESS_KEY "
        "--password-file secret.txt");
    verb.detail("On a terminal and with NAME alone it asks for what the type needs.");
    verb.action(
        [&options, &noun, &services] { show_object(services, noun.fields, run_create(options, services)); });
}

void add_update(Command& command, Services& services, const Noun<Connector>& noun) {
    auto verb = command.subcommand("update", "Change a connector: what is given alone");
    auto& options = verb.keep<ConnectorOptions>();
    add_connector_options(verb, options, true);
    verb.example("prevision connector update shop --password-file new.txt");
    verb.action([&options, &noun, &services] {
        take_apart_host(options, services);
        const auto found = noun.find(services, options.name);
        show_object(services, noun.fields,
                    services.client().update_connector(api::refer_to(found), to_changes(options, services)));
    });
}

}  // namespace

void add_connector(Command& root, Services& services) {
    auto command =
        root.subcommand("connector", "The credentials of a distant system", {"connectors", "conn"});
    const auto& noun = command.keep<Noun<Connector>>(connector_noun());
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_test_verb(command, services, noun, "Try a connector: resolve, connect, tls, auth, list", "shop",
                  test);
    add_browse(command, services);
    add_types_verb(command, services);
}

}  // namespace prevision::cli
