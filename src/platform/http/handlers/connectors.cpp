#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/utf8.hpp"
#include "model/json_builder.hpp"
#include "platform/connection.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "sources/postgres/name.hpp"
#include "sources/registry.hpp"
#include "sources/sql/path.hpp"

namespace prevision::platform {

namespace {

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Connector& connector) {
    if (body.has("type")) connector.type = body.text("type");
    if (body.has("name")) connector.name = body.required_text("name");
    if (body.has("host")) connector.host = body.text("host");
    if (body.has("port")) connector.port = body.port("port");
    if (body.has("username")) connector.username = body.text("username");
    auto options = sources::engine_option_names();
    options.emplace_back("engine");
    for (const auto& option : options) {
        if (!body.has(option)) continue;
        connector.options.erase(option);
        if (auto value = body.text(option); !value.empty())
            connector.options.emplace(option, std::move(value));
    }
}

/// The secrets that a body holds, by field; an empty one takes a secret away.
std::map<std::string, Secret> read_secrets(Body& body) {
    std::map<std::string, Secret> secrets;
    if (body.has("password")) secrets.emplace("password", body.secret("password"));
    if (body.has("private_key")) secrets.emplace("private_key", body.secret("private_key"));
    if (body.has("googleCredentials")) {
        secrets.emplace("googleCredentials", body.secret_object("googleCredentials"));
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

bool will_have_password(State& state, const std::string& connector_id,
                        const std::map<std::string, Secret>& secrets) {
    const auto given = secrets.find("password");
    if (given != secrets.end()) return !given->second.empty();
    return state.connectors.find_secret(connector_id, "password").has_value();
}

/// Only for the check: the store keeps the key sealed.
model::Connector with_private_key(model::Connector connector, const std::map<std::string, Secret>& secrets) {
    const auto given = secrets.find("private_key");
    if (given != secrets.end()) connector.private_key = given->second;
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
    check_connector(with_private_key(connector, secrets), will_have_password(state, connector.id, secrets));
    state.connectors.insert(connector, seal(state, connector.id, secrets));
    return json_answer(model::encode_answer(connector));
}

Answer update_connector(State& state, const RoutedCall& routed) {
    Body body(routed.call.body);
    const auto secrets = read_secrets(body);
    auto connector = get_connector(state, routed.parameters.at(0));
    const bool has_password = will_have_password(state, connector.id, secrets);
    const auto change = [&](model::Connector& changed) {
        read_fields(body, changed);
        check_connector(with_private_key(changed, secrets), has_password);
    };
    change(connector);
    const auto sealed = seal(state, connector.id, secrets);
    return json_answer(model::encode_answer(state.connectors.update(connector.id, change, sealed)));
}

Answer delete_connector(State& state, const RoutedCall& routed) {
    state.connectors.remove(routed.parameters.at(0));
    return deleted_answer(routed.parameters.at(0));
}

std::unique_ptr<sources::Source> open(State& state, const std::string& connector_id,
                                      Cancellation& cancellation,
                                      const sources::StageObserver& failure = {}) {
    return sources::open_source(open_connection(state, get_connector(state, connector_id)), cancellation,
                                failure);
}

Answer test_connector(State& state, const RoutedCall& routed) {
    const auto id = get_connector(state, routed.parameters.at(0)).id;
    return test_answer([&](const auto& observer) {
        const auto source = open(state, id, *routed.call.cancellation, observer);
        use_source(state, id, *source, [&] { source->test(std::nullopt, observer); });
    });
}

/// `{"items": ["name", …]}`
Answer names_answer(const std::vector<std::string>& names) {
    model::JsonArray items;
    for (const auto& name : names) items.text(valid_utf8(name));
    return json_answer(model::JsonObject().json("items", items.finish()).finish());
}

/// The databases, buckets, or files and folders that the connector's system lists first.
Answer list_top(State& state, const RoutedCall& routed) {
    const auto& id = routed.parameters.at(0);
    const auto source = open(state, id, *routed.call.cancellation);
    std::vector<std::string> names;
    use_source(state, id, *source, [&] {
        for (const auto& entry : source->list("")) names.push_back(entry.name);
    });
    return names_answer(names);
}

/// The tables of a database as a datasource's `table` takes them: with their schemas, in systems that have
/// schemas.
Answer list_tables(State& state, const RoutedCall& routed) {
    const auto connector = get_connector(state, routed.parameters.at(0));
    const auto source = open(state, connector.id, *routed.call.cancellation);
    std::vector<std::string> names;
    const auto add = [&](const sources::Entry& entry) {
        if (entry.kind == "schema") return;
        const auto parts = sources::parse_sql_path(entry.path, 2);
        names.push_back(parts.size() == 2 ? sources::postgres::write_name({parts[0], parts[1]}) : entry.name);
    };
    const auto path = sources::sql_path_part(routed.parameters.at(1));
    use_source(state, connector.id, *source, [&] { source->browse(path, connector.type == "SQL", add); });
    return names_answer(names);
}

model::Entry to_entry(const sources::Entry& entry) {
    return {.name = valid_utf8(entry.name),
            .path = valid_utf8(entry.path),
            .kind = entry.kind,
            .size = entry.size,
            .modified = entry.modified,
            .detail = valid_utf8(entry.detail),
            .document = {}};
}

/// Streams one line of JSON per entry, so that neither side holds a long listing in memory, and then the notes on
/// them: `{"note": "…"}`.
Answer browse(State& state, const RoutedCall& routed) {
    const auto& id = routed.parameters.at(0);
    const auto cancellation = routed.call.cancellation;
    const std::shared_ptr<sources::Source> source = open(state, id, *cancellation);
    const auto path = routed.query.get("path").value_or("");
    const bool recursive = routed.query.get("recursive").value_or("") == "true";
    Answer answer;
    answer.content_type = "application/jsonl";
    answer.stream = [=, &state](ByteSink& body) {
        use_source(state, id, *source, [&] {
            source->browse(path, recursive, [&](const sources::Entry& entry) {
                body.write(model::encode_answer(to_entry(entry)) + "\n");
            });
            for (const auto& note : source->notes())
                body.write(model::JsonObject().text("note", valid_utf8(note)).finish() + "\n");
        });
    };
    return answer;
}

}  // namespace

void add_connector_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/connectors", list_in<&State::connectors>);
    routes.add("POST", "/projects/{id}/connectors", create_connector);
    routes.add("GET", "/connectors/{id}", show_object<get_connector>);
    routes.add("PATCH", "/connectors/{id}", update_connector);
    routes.add("DELETE", "/connectors/{id}", delete_connector);
    routes.add("POST", "/connectors/{id}/test", test_connector, Pace::distant);
    routes.add("GET", "/connectors/{id}/browse", browse, Pace::distant);
    routes.add("GET", "/connectors/{id}/paths", list_top, Pace::distant);
    routes.add("GET", "/connectors/{id}/databases", list_top, Pace::distant);
    routes.add("GET", "/connectors/{id}/databases/{database}/tables", list_tables, Pace::distant);
}

}  // namespace prevision::platform
