#include "cli/apply/prepared_change.hpp"

#include <fmt/format.h>

#include "cli/apply/objects.hpp"
#include "core/error.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

const std::string& id_of(const std::map<std::string, std::string>& connector_ids, const std::string& name) {
    const auto found = connector_ids.find(name);
    if (found != connector_ids.end()) return found->second;
    throw Error(ErrorClass::not_found, fmt::format("its connector '{}' was not created", name));
}

}  // namespace

PreparedChange::PreparedChange(const Change& change, const SecretsByConnector& secrets) : change_(change) {
    if (change.kind != Kind::connector || change.declared == nullptr) return;
    connector_ = to_connector(*change.declared);
    const auto found = secrets.find(change.declared);
    if (found == secrets.end()) return;
    if (found->second.failure) throw Error(*found->second.failure);
    connector_.secrets = found->second.texts;
    connector_.secret_objects = found->second.objects;
}

std::string PreparedChange::make(std::map<std::string, std::string>& connector_ids,
                                 Services& services) const {
    switch (change_.action) {
        case Change::Action::create:
            return create(connector_ids, services, api::Names::unique);
        case Change::Action::update:
            return update(connector_ids, services);
        default:
            remove(services.client());
            return change_.id;
    }
}

std::string PreparedChange::create(std::map<std::string, std::string>& connector_ids, Services& services,
                                   api::Names names) const {
    auto& client = services.client();
    const auto& project = services.project_id();
    if (change_.kind == Kind::connector)
        return connector_ids[change_.name] = client.create<model::Connector>(project, connector_, names).id;
    const auto connector_id = id_of(connector_ids, change_.declared->text("connector"));
    if (change_.kind == Kind::datasource) {
        auto datasource = to_datasource(*change_.declared);
        datasource.connector_id = connector_id;
        return client.create<model::Datasource>(project, datasource, names).id;
    }
    auto exporter = to_exporter(*change_.declared);
    exporter.connector_id = connector_id;
    return client.create<model::Exporter>(project, exporter, names).id;
}

std::string PreparedChange::update(std::map<std::string, std::string>& connector_ids,
                                   Services& services) const {
    const api::ObjectReference object{change_.id, change_.name};
    const auto changes = changed_fields(connector_ids);
    if (change_.kind == Kind::connector) {
        services.client().update<model::Connector>(object, changes);
    } else if (change_.kind == Kind::datasource) {
        services.client().update<model::Datasource>(object, changes);
    } else if (!services.client().update_if_known<model::Exporter>(object, changes)) {
        // Older platforms cannot change an exporter. The old one is deleted once the new one exists, even when
        // interrupted between the two.
        auto id = create(connector_ids, services, api::Names::any);
        services.while_ending([this](api::Client& client) { remove(client); });
        return id;
    }
    return change_.id;
}

std::string PreparedChange::changed_fields(const std::map<std::string, std::string>& connector_ids) const {
    const bool to_table = change_.kind == Kind::exporter && !change_.declared->text("table").empty();
    model::JsonObject changes;
    for (const auto& field : change_.fields) {
        if (field.name == "connector") {
            changes.text("connector_id", id_of(connector_ids, field.to));
        } else if (field.name == "port" && connector_.port) {
            changes.value("port", connector_.port);
        } else if (field.name == "header") {
            changes.value("header", declared_format(*change_.declared).header);
        } else if (field.name == "skip") {
            changes.value("skip", declared_format(*change_.declared).skip);
        } else if (field.name == "type") {
            changes.text("type", connector_.type);
        } else if (field.name == "path" && change_.kind == Kind::exporter) {
            changes.text("filepath", field.to);
        } else if (field.name == "write_mode") {
            changes.text(to_table ? "database_write_mode" : "file_write_mode", field.to);
        } else {
            changes.text(field.name, field.to);
        }
    }
    for (const auto& [name, secret] : connector_.secrets) changes.text_if_set(name, secret.reveal());
    for (const auto& [name, secret] : connector_.secret_objects) changes.json(name, secret.reveal());
    return changes.finish();
}

void PreparedChange::remove(api::Client& client) const {
    const api::ObjectReference object{change_.id, change_.name};
    switch (change_.kind) {
        case Kind::connector:
            client.remove<model::Connector>(object);
            break;
        case Kind::datasource:
            client.remove<model::Datasource>(object);
            break;
        case Kind::exporter:
            client.remove<model::Exporter>(object);
    }
}

}  // namespace prevision::cli
