#include "cli/connector/secrets.hpp"
#include "cli/connector/verbs.hpp"
#include "cli/verbs/changes.hpp"

namespace prevision::cli {

model::Connector update_connector(const ConnectorOptions& options, const model::Connector& given,
                                  const model::Connector& found, Services& services) {
    model::JsonObject changes;
    if (options.type) changes.text("type", upper_case(*options.type));
    changes.text_if_given("engine", options.engine).text_if_given("host", options.host);
    if (options.port) changes.value("port", port_of(options));
    changes.text_if_given("username", options.username);
    for (const auto& [name, value] : options.own) changes.text_if_given(name, value);
    for (const auto& [name, secret] : given.secrets) changes.text(name, secret.reveal());
    for (const auto& [name, secret] : given.secret_objects)
        changes.json(name, secret.empty() ? "null" : secret.reveal());
    return send_changes(services, found, options.new_name, std::move(changes));
}

namespace {

void add_options(Command& verb, Services& services, const ConnectorNoun& noun) {
    auto& options = verb.keep<ConnectorOptions>();
    add_connector_options(verb, options, true);
    verb.detail("An empty value ('') clears a field.");
    verb.example("prevision connector update shop --password-file new.txt");
    show_result_of(verb, services, noun, [&options, &services] {
        take_apart_host(options, services);
        const auto found = find<model::Connector>(services, options.name);
        model::Connector given;
        read_secret_files(options, given, services);
        if (auto password = password_of(options, services, false))
            given.secrets["password"] = std::move(*password);
        return update_connector(options, given, found, services);
    });
}

}  // namespace

void add_connector_update(Command& command, Services& services, const ConnectorNoun& noun) {
    command.subcommand("update", "Change the given fields of a connector")
        .when_reached([&services, &noun](Command& verb) { add_options(verb, services, noun); });
}

}  // namespace prevision::cli
