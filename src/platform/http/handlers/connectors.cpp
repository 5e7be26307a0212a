#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/id.hpp"
#include "model/codec.hpp"
#include "platform/connection.hpp"
#include "platform/http/answers.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "platform/store/page.hpp"
#include "platform/utf8.hpp"
#include "sources/postgres/name.hpp"
#include "sources/registry.hpp"
#include "sources/sql/path.hpp"

namespace prevision::platform {

namespace {

constexpr std::array<std::string_view, 6> options{"engine", "region",   "addressing",
                                                  "tls",    "host_key", "mode"};

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Connector& connector) {
    if (body.has("type")) connector.type = body.text("type");
    if (body.has("name")) connector.name = body.required_text("name");
    if (body.has("host")) connector.host = body.text("host");
    if (body.has("port")) connector.port = body.port("port");
    if (body.has("username")) connector.username = body.text("username");
    for (const auto option : options) {
        if (!body.has(option)) continue;
        connector.options.erase(std::string(option));
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

SealedSecrets seal(Services& services, const std::string& connector_id,
                   const std::map<std::string, Secret>& secrets) {
    SealedSecrets sealed;
    for (const auto& [field, secret] : secrets) {
        auto& bytes = sealed.fields[field];
        if (secret.empty()) continue;
        bytes = seal_secret(services, connector_id, field, secret);
        sealed.key_fingerprint = services.vault.fingerprint();
    }
    return sealed;
}

bool will_have_password(Services& services, const std::string& connector_id,
                        const std::map<std::string, Secret>& secrets) {
    const auto given = secrets.find("password");
    if (given != secrets.end()) return !given->second.empty();
    return services.connectors.find_secret(connector_id, "password").has_value();
}

/// For the check alone: it is kept sealed, and nowhere else.
model::Connector with_private_key(model::Connector connector, const std::map<std::string, Secret>& secrets) {
    const auto given = secrets.find("private_key");
    if (given != secrets.end()) connector.private_key = given->second;
    return connector;
}

Answer list_connectors(Services& services, const RoutedCall& routed) {
    const auto page = read_page(routed.query);
    const auto list = services.connectors.list(routed.parameters.at(0), page);
    std::vector<std::string> items;
    for (const auto& connector : list.items) items.push_back(model::encode_answer(connector));
    return page_answer(page, list.total, items);
}

// What can be found wrong is found before a secret is sealed, since sealing may make the key file.
Answer create_connector(Services& services, const RoutedCall& routed) {
    Body body(routed.call.body);
    model::Connector connector;
    connector.id = new_id();
    connector.project_id = routed.parameters.at(0);
    connector.type = body.required_text("type");
    connector.name = body.required_text("name");
    connector.created_at = format_time(services.clock.now());
    read_fields(body, connector);
    const auto secrets = read_secrets(body);
    check_connector(with_private_key(connector, secrets),
                    will_have_password(services, connector.id, secrets));
    services.connectors.insert(connector, seal(services, connector.id, secrets));
    return json_answer(model::encode_answer(connector));
}

Answer update_connector(Services& services, const RoutedCall& routed) {
    Body body(routed.call.body);
    const auto secrets = read_secrets(body);
    auto connector = get_connector(services, routed.parameters.at(0));
    const bool has_password = will_have_password(services, connector.id, secrets);
    const auto change = [&](model::Connector& changed) {
        read_fields(body, changed);
        check_connector(with_private_key(changed, secrets), has_password);
    };
    change(connector);
    const auto sealed = seal(services, connector.id, secrets);
    return json_answer(model::encode_answer(services.connectors.update(connector.id, change, sealed)));
}

Answer delete_connector(Services& services, const RoutedCall& routed) {
    services.connectors.remove(routed.parameters.at(0));
    return deleted_answer(routed.parameters.at(0));
}

Answer test_connector(Services& services, const RoutedCall& routed) {
    const auto connector = get_connector(services, routed.parameters.at(0));
    CallCancellation cancellation(routed.call);
    return test_answer([&](const auto& observer) {
        const auto source =
            sources::open_source(open_connection(services, connector), cancellation.get(), observer);
        use_source(services, connector.id, *source, [&] { source->test(std::nullopt, observer); });
    });
}

Answer list_names(Services& services, const RoutedCall& routed, const std::string& path) {
    const auto connector = get_connector(services, routed.parameters.at(0));
    CallCancellation cancellation(routed.call);
    const auto source = sources::open_source(open_connection(services, connector), cancellation.get());
    std::vector<std::string> names;
    use_source(services, connector.id, *source, [&] { names = names_of(source->list(path)); });
    return names_answer(names);
}

/// The databases, or the folders and files that a log-in begins among, or the buckets.
Answer list_top(Services& services, const RoutedCall& routed) { return list_names(services, routed, ""); }

/// The tables of a database, in a form that a datasource's `table` takes: with their schemas, where there are
/// such.
Answer list_tables(Services& services, const RoutedCall& routed) {
    const auto connector = get_connector(services, routed.parameters.at(0));
    CallCancellation cancellation(routed.call);
    const auto source = sources::open_source(open_connection(services, connector), cancellation.get());
    std::vector<std::string> names;
    const auto add = [&](const sources::Entry& entry) {
        if (entry.kind == "schema") return;
        const auto parts = sources::parse_sql_path(entry.path, 2);
        names.push_back(parts.size() == 2 ? sources::postgres::write_name({parts[0], parts[1]}) : entry.name);
    };
    const auto path = sources::sql_path_part(routed.parameters.at(1));
    use_source(services, connector.id, *source, [&] { source->browse(path, connector.type == "SQL", add); });
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

/// An entry a line as they come, so that a listing of any length is neither held here nor by who reads it.
Answer browse(Services& services, const RoutedCall& routed) {
    const auto connector = get_connector(services, routed.parameters.at(0));
    const auto cancellation = std::make_shared<CallCancellation>(routed.call);
    const std::shared_ptr<sources::Source> source =
        sources::open_source(open_connection(services, connector), cancellation->get());
    const auto path = routed.query.get("path").value_or("");
    const bool recursive = routed.query.get("recursive").value_or("") == "true";
    Answer answer;
    answer.content_type = "application/jsonl";
    answer.stream = [=, &services, id = connector.id](transport::BodySink& body) {
        use_source(services, id, *source, [&] {
            source->browse(path, recursive, [&](const sources::Entry& entry) {
                body.write(model::encode_answer(to_entry(entry)) + "\n");
            });
        });
    };
    return answer;
}

}  // namespace

void add_connector_routes(Router& router, Services& services) {
    const auto bind = [&](Answer (*handler)(Services&, const RoutedCall&)) {
        return [&services, handler](const RoutedCall& routed) { return handler(services, routed); };
    };
    router.add("GET", "/projects/{id}/connectors", bind(list_connectors));
    router.add("POST", "/projects/{id}/connectors", bind(create_connector));
    router.add("GET", "/connectors/{id}", [&](const RoutedCall& routed) {
        return json_answer(model::encode_answer(get_connector(services, routed.parameters.at(0))));
    });
    router.add("PATCH", "/connectors/{id}", bind(update_connector));
    router.add("DELETE", "/connectors/{id}", bind(delete_connector));
    router.add("POST", "/connectors/{id}/test", bind(test_connector), Pace::distant);
    router.add("GET", "/connectors/{id}/browse", bind(browse), Pace::distant);
    router.add("GET", "/connectors/{id}/paths", bind(list_top), Pace::distant);
    router.add("GET", "/connectors/{id}/databases", bind(list_top), Pace::distant);
    router.add("GET", "/connectors/{id}/databases/{database}/tables", bind(list_tables), Pace::distant);
}

}  // namespace prevision::platform
