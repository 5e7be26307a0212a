#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "model/json_builder.hpp"
#include "platform/connection.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Connector& connector) {
    body.set("type", connector.type);
    if (body.has("name")) connector.name = body.required_text("name");
    body.set("host", connector.host);
    if (body.has("port")) connector.port = body.port("port");
    body.set("username", connector.username);
    auto options = sources::engine_option_names();
    options.emplace_back("engine");
    for (const auto& option : options) {
        if (!body.has(option)) continue;
        connector.options.erase(option);
        if (auto value = body.text(option); !value.empty())
            connector.options.emplace(option, std::move(value));
    }
}

/// The secrets in a body, by field; an empty one removes a secret.
std::map<std::string, Secret> read_secrets(Body& body) {
    std::map<std::string, Secret> secrets;
    for (const auto* option : sources::secret_options()) {
        const std::string field(option->name);
        if (body.has(field))
            secrets.emplace(field, option->is_object ? body.secret_object(field) : body.secret(field));
    }
    return secrets;
}

SealedSecrets seal(State& state, const std::string& connector_id,
                   const std::map<std::string, Secret>& secrets) {
    SealedSecrets sealed;
    for (const auto& [field, secret] : secrets) {
        auto& bytes = sealed.fields[field];
        if (secret.empty()) continue;
        bytes = seal_secret(state, connector_id, field, secret);
        sealed.key_fingerprint = state.vault.fingerprint();
    }
    return sealed;
}

/// For check_connector only: the store keeps secrets sealed.
model::Connector with_secrets(model::Connector connector, const std::map<std::string, Secret>& given) {
    for (const auto* option : sources::secret_options()) {
        const auto secret = given.find(std::string(option->name));
        if (secret == given.end() || secret->second.empty()) continue;
        (option->is_object ? connector.secret_objects : connector.secrets).insert(*secret);
    }
    return connector;
}

// Checks before sealing, since sealing may create the key file.
Answer create_connector(State& state, const RoutedCall& routed) {
    Body body(routed.call.body);
    model::Connector connector;
    connector.id = new_id();
    connector.project_id = routed.parameters.at(0);
    connector.type = body.required_text("type");
    connector.name = body.required_text("name");
    connector.created_at = format_time(state.clock.now());
    read_fields(body, connector);
    const auto secrets = read_secrets(body);
    check_connector(with_secrets(connector, secrets), {}, state.reach);
    state.connectors.insert(connector, seal(state, connector.id, secrets), read_names(routed.query));
    return json_answer(model::encode_answer(connector));
}

// Reads the fields first, so that an invalid one creates no key file.
Answer update_connector(State& state, const RoutedCall& routed) {
    Body body(routed.call.body);
    const auto secrets = read_secrets(body);
    const auto change = [&](model::Connector& changed, std::set<std::string> stored,
                            sqlite::Database& database) {
        const auto before = changed;
        read_fields(body, changed);
        std::set<std::string> given;
        for (const auto& [field, secret] : secrets) {
            stored.erase(field);
            given.insert(field);
        }
        check_connector(with_secrets(changed, secrets), stored, state.reach);
        check_secrets_stay(before, changed, stored, given);
        check_users(before, changed, DatasourceTable::list_of(database, changed.id),
                    ExporterTable::list_of(database, changed.id));
    };
    auto connector = get_connector(state, routed.parameters.at(0));
    read_fields(body, connector);
    const auto sealed = seal(state, connector.id, secrets);
    return json_answer(model::encode_answer(
        state.connectors.update(connector.id, change, sealed, read_names(routed.query))));
}

Answer delete_connector(State& state, const RoutedCall& routed) {
    state.connectors.remove(routed.parameters.at(0));
    return deleted_answer(routed.parameters.at(0));
}

Answer test_connector(State& state, const RoutedCall& routed) {
    const auto connector = get_connector(state, routed.parameters.at(0));
    return test_answer([&](const auto& observer) {
        const auto opened = open_source(state, connector, routed.call.cancellation, observer);
        use_source(state, opened, [&] { opened.source->test(std::nullopt, observer); });
    });
}

/// Says of each secret in the body whether it is the stored one. Nobody can try many: see GuessLimit.
Answer compare_secrets(State& state, const RoutedCall& routed) {
    Body body(routed.call.body);
    const auto connector = get_connector(state, routed.parameters.at(0));
    model::JsonObject answer;
    for (const auto& [field, secret] : read_secrets(body)) {
        const auto name = fmt::format("{}/{}", connector.id, field);
        if (routed.call.caller) state.guesses.wait(name, *routed.call.cancellation);
        const bool is_same = are_equal(secret, open_secret(state, connector.id, field));
        if (routed.call.caller) state.guesses.count(name, is_same);
        answer.text(field, is_same ? "same" : "different");
    }
    return json_answer(answer.finish());
}

}  // namespace

void add_connector_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/connectors", list_in<&State::connectors>);
    routes.add("POST", "/projects/{id}/connectors", create_connector);
    routes.add("GET", "/connectors/{id}", show_object<get_connector>);
    routes.add("PATCH", "/connectors/{id}", update_connector);
    routes.add("DELETE", "/connectors/{id}", delete_connector);
    routes.add("POST", "/connectors/{id}/test", test_connector, Pace::distant);
    routes.add("POST", "/connectors/{id}/compare-secrets", compare_secrets, Pace::distant, Role::admin);
}

}  // namespace prevision::platform
