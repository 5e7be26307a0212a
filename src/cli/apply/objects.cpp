#include "cli/apply/objects.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "cli/connector/definition.hpp"
#include "cli/github_actions.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/secret_command.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "platform/connection.hpp"
#include "sources/field.hpp"
#include "sources/host_url.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

/// Runs a step; what goes wrong there is told with its place in the file.
template <typename Step>
auto at(const Declared& declared, std::string_view field, Step step) {
    try {
        return step();
    } catch (const Error& error) {
        throw error.with_message(fmt::format("{}: {}", declared.where(field), error.what()));
    }
}

[[noreturn]] void refuse(const Declared& declared, std::string_view field, const std::string& why,
                         const std::string& hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("{}: {}", declared.where(field), why), hint);
}

/// A file that a declaration names stands beside it, unless its path is absolute.
std::filesystem::path beside(const Declared& declared, const std::string& path) {
    return std::filesystem::path(declared.file).parent_path() / path;
}

bool has_password(const Declared& declared) {
    return declared.has("password_env") || declared.has("password_file") || declared.has("password_command");
}

/// The host, without the user name of a URL, which goes into `username`.
std::string take_host_apart(const Declared& declared, std::string& username) {
    const auto host = declared.text("host");
    const auto url = sources::split_host_url(host);
    if (!url) return host;
    const auto refuse_part = [](std::string_view what, std::string hint) {
        throw sources::InvalidField("host", fmt::format("it holds {}", what), std::move(hint));
    };
    if (url->password)
        refuse_part("a password", "give it by password_env, password_file or password_command");
    if (!url->database.empty())
        refuse_part("a database", fmt::format("give it in the datasource: database: {}", url->database));
    if (!url->tls.empty()) refuse_part("a mode of encryption", fmt::format("write tls: {}", url->tls));
    if (url->username && !username.empty()) refuse_part("a user name", "username names one too");
    if (url->username) username = *url->username;
    return url->host;
}

model::Connector to_connector(const Declared& declared) {
    model::Connector connector;
    connector.name = declared.name;
    connector.username = declared.text("username");
    connector.host = at(declared, "host", [&] { return take_host_apart(declared, connector.username); });
    if (const auto port = parse_integer(declared.text("port"))) connector.port = static_cast<int>(*port);
    auto names = sources::engine_option_names();
    names.emplace_back("engine");
    for (const auto& name : names) {
        if (auto value = declared.text(name); !value.empty()) connector.options[name] = std::move(value);
    }
    connector.type = at(declared, "host", [&] {
        return tell_type(declared.text("type"), declared.text("engine"), connector.host);
    });
    return connector;
}

model::Datasource to_datasource(const Declared& declared) {
    model::Datasource datasource;
    datasource.name = declared.name;
    datasource.database = declared.text("database");
    datasource.table = declared.text("table");
    datasource.request = declared.text("request");
    datasource.bucket = declared.text("bucket");
    datasource.path = declared.text("path");
    datasource.g_cloud = declared.text("g_cloud");
    datasource.format = declared_format(declared);
    return datasource;
}

model::Exporter to_exporter(const Declared& declared) {
    model::Exporter exporter;
    exporter.name = declared.name;
    exporter.database = declared.text("database");
    exporter.table = declared.text("table");
    exporter.bucket = declared.text("bucket");
    exporter.filepath = declared.text("path");
    exporter.g_cloud = declared.text("g_cloud");
    exporter.description = declared.text("description");
    const bool to_table = !exporter.table.empty();
    auto mode = declared.text("write_mode");
    if (mode.empty()) mode = to_table ? "append" : "timestamp";
    (to_table ? exporter.database_write_mode : exporter.file_write_mode) = mode;
    return exporter;
}

/// The connector that an object names: the file's, else the platform's.
model::Connector connector_of(const Declared& declared, const Declarations& declarations,
                              const PlatformState& state) {
    const auto name = declared.text("connector");
    if (name.empty()) refuse(declared, "", "connector is missing");
    if (const auto* in_file = declarations.find(Kind::connector, name)) return to_connector(*in_file);
    state.require_unique(Kind::connector, name);
    const auto there = state.connectors.find(name);
    if (there != state.connectors.end()) return there->second;
    std::vector<std::string> names;
    for (const auto& object : declarations.objects) {
        if (object.kind == Kind::connector) names.push_back(object.name);
    }
    for (const auto& [known, connector] : state.connectors) names.push_back(known);
    const auto meant = closest(name, names);
    refuse(declared, "connector",
           fmt::format("the connector '{}' is neither in the file nor on the platform", name),
           meant ? fmt::format("did you mean '{}'?", *meant) : "declare it under connectors:");
}

void check_connector(const Declared& declared, Services& services) {
    int sources = 0;
    for (const auto* field : {"password_env", "password_file", "password_command"}) {
        if (declared.has(field) && ++sources > 1)
            refuse(declared, field, "the password is given more than once", "keep one of its fields");
    }
    auto connector = to_connector(declared);
    if (connector.type.empty())
        refuse(declared, "type", "type is missing", "one of: " + join(platform::connector_types(), ", "));
    // It is looked into; one that is not there is told of where it is needed.
    if (const auto file = beside(declared, declared.text("private_key_file"));
        declared.has("private_key_file") && may_exist(file)) {
        connector.private_key =
            at(declared, "private_key_file", [&] { return Secret(read_file(file, secret_limit)); });
    }
    check_definition(connector, has_password(declared), declared.place(), services);
}

void check_write_mode(const Declared& declared) {
    const auto exporter = to_exporter(declared);
    const bool to_table = !exporter.table.empty();
    const std::vector<std::string> modes = to_table
                                               ? std::vector<std::string>{"append", "replace"}
                                               : std::vector<std::string>{"timestamp", "safe", "replace"};
    const auto& mode = to_table ? exporter.database_write_mode : exporter.file_write_mode;
    if (std::ranges::find(modes, mode) == modes.end())
        refuse(declared, "write_mode", fmt::format("write_mode '{}' is none of {}", mode, join(modes, ", ")));
}

Secret read_secret_field(const Declared& declared, const std::string& field, Services& services) {
    const auto value = declared.text(field);
    auto secret = at(declared, field, [&] {
        if (field.ends_with("_command")) return read_secret_command(value, field, services.cancellation());
        if (field.ends_with("_file")) {
            auto text = read_file(beside(declared, value), secret_limit);
            // A key or a service account is a text of lines, and keeps its last one.
            return field == "password_file" ? without_last_newline(std::move(text)) : Secret(std::move(text));
        }
        auto variable = services.io().environment.get_raw(value);
        if (!variable) {
            throw Error(ErrorClass::not_found, fmt::format("{}: {} is not set", field, value),
                        fmt::format("export {}=..., or take the line out where there is no password", value));
        }
        return Secret(std::move(*variable));
    });
    mask_secret(secret, services.io().environment, services.io().err);
    return secret;
}

void read_secrets(const Declared& declared, model::Connector& connector, Services& services) {
    for (const auto& field : secret_fields(Kind::connector)) {
        if (!declared.has(field)) continue;
        auto secret = read_secret_field(declared, field, services);
        auto& kept = field == "private_key_file"   ? connector.private_key
                     : field == "credentials_file" ? connector.google_credentials
                                                   : connector.password;
        kept = std::move(secret);
    }
}

const std::string& id_of(const std::map<std::string, std::string>& connector_ids, const std::string& name) {
    const auto found = connector_ids.find(name);
    if (found != connector_ids.end()) return found->second;
    throw Error(ErrorClass::not_found, fmt::format("its connector '{}' is not there", name));
}

std::optional<std::string> if_given(const Secret& secret) {
    if (secret.empty()) return std::nullopt;
    return secret.reveal();
}

}  // namespace

void check_declarations(const Declarations& declarations, const PlatformState& state, Services& services) {
    for (const auto& declared : declarations.objects) {
        if (declared.kind == Kind::connector) {
            check_connector(declared, services);
            continue;
        }
        const auto connector = connector_of(declared, declarations, state);
        if (declared.kind == Kind::exporter) {
            check_write_mode(declared);
            check_definition(to_exporter(declared), connector, declared.place(), services);
        } else {
            check_definition(to_datasource(declared), connector, declared.place(), services);
        }
    }
}

PreparedChange::PreparedChange(const Change& change, Services& services) : change_(change) {
    if (change.kind != Kind::connector || change.declared == nullptr) return;
    connector_ = to_connector(*change.declared);
    read_secrets(*change.declared, connector_, services);
}

std::string PreparedChange::make(std::map<std::string, std::string>& connector_ids,
                                 Services& services) const {
    switch (change_.action) {
        case Change::Action::create:
            return create(connector_ids, services);
        case Change::Action::update:
            update(connector_ids, services);
            return change_.id;
        case Change::Action::replace: {
            auto id = create(connector_ids, services);
            // The old object is deleted once the new one exists, even when interrupted between the two.
            services.while_ending([this](api::Client& client) { remove(client); });
            return id;
        }
        default:
            remove(services.client());
            return change_.id;
    }
}

std::string PreparedChange::create(std::map<std::string, std::string>& connector_ids,
                                   Services& services) const {
    auto& client = services.client();
    const auto& project = services.project_id();
    if (change_.kind == Kind::connector)
        return connector_ids[change_.name] = client.create_connector(project, connector_).id;
    const auto connector_id = id_of(connector_ids, change_.declared->text("connector"));
    if (change_.kind == Kind::datasource) {
        auto datasource = to_datasource(*change_.declared);
        datasource.connector_id = connector_id;
        return client.create_datasource(project, datasource).id;
    }
    auto exporter = to_exporter(*change_.declared);
    exporter.connector_id = connector_id;
    return client.create_exporter(project, exporter).id;
}

void PreparedChange::update(const std::map<std::string, std::string>& connector_ids,
                            Services& services) const {
    model::JsonObject changes;
    for (const auto& field : change_.fields) {
        if (field.name == "connector") {
            changes.text("connector_id", id_of(connector_ids, field.to));
        } else if (field.name == "port" && connector_.port) {
            changes.value("port", connector_.port);
        } else if (field.name == "header") {
            changes.value("header", declared_format(*change_.declared).header);
        } else if (field.name == "type") {
            changes.text("type", connector_.type);
        } else {
            changes.text(field.name, field.to);
        }
    }
    const api::ObjectReference object{change_.id, change_.name};
    if (change_.kind == Kind::datasource) {
        services.client().update_datasource(object, changes.finish());
        return;
    }
    changes.text_if_given("password", if_given(connector_.password));
    changes.text_if_given("private_key", if_given(connector_.private_key));
    changes.text_if_given("googleCredentials", if_given(connector_.google_credentials));
    services.client().update_connector(object, changes.finish());
}

void PreparedChange::remove(api::Client& client) const {
    const api::ObjectReference object{change_.id, change_.name};
    switch (change_.kind) {
        case Kind::connector:
            client.delete_connector(object);
            break;
        case Kind::datasource:
            client.delete_datasource(object);
            break;
        case Kind::exporter:
            client.delete_exporter(object);
    }
}

}  // namespace prevision::cli
