#include "platform/connection.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/fields.hpp"
#include "platform/datasets/file_format.hpp"
#include "sources/check.hpp"
#include "sources/field.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

constexpr std::array<std::string_view, 2> known_g_clouds{"BigQuery", "Storage"};

bool has_engine(std::string_view type) {
    const auto types = sources::engine_types();
    return std::ranges::find(types, type) != types.end();
}

sources::Fields fields_of(const model::Datasource& datasource) {
    const auto text_of = [](const auto& member) -> std::string {
        using Member = std::remove_cvref_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, std::string>)
            return member;
        else if constexpr (std::is_same_v<Member, std::optional<bool>>)
            return member ? (*member ? "yes" : "no") : "";
        else
            return member ? fmt::format("{}", *member) : "";
    };
    sources::Fields fields;
    const auto add = [&](std::string_view name, const auto& member) {
        fields.emplace(name, text_of(member));
    };
    model::visit_location(datasource, add);
    model::visit_format(datasource.format, add);
    return fields;
}

/// The fields that decide where a connector's secrets are sent, and how they travel.
std::vector<std::string> guarding_names() {
    std::vector<std::string> names{"type", "engine"};
    for (const auto& engine : sources::engines()) {
        for (const auto& option : engine.connector_options) {
            if (option.guards_secret) names.emplace_back(option.name);
        }
    }
    return names;
}

std::map<std::string, std::string> guarding_fields(const model::Connector& connector) {
    auto fields = connector.options;
    fields["type"] = connector.type;
    fields["host"] = connector.host;
    auto port = connector.port;
    // What was left out and what it stood for are the same.
    if (const auto* engine =
            has_engine(connector.type) ? sources::tell_engine(connection_of(connector, {})) : nullptr) {
        fields["engine"] = engine->name;
        if (!port) port = engine->default_port;
    }
    fields["port"] = port ? std::to_string(*port) : "";
    std::map<std::string, std::string> guarding;
    for (const auto& name : guarding_names()) guarding[name] = fields[name];
    return guarding;
}

/// The message of the Error that an action throws; nothing when it succeeds.
template <typename Action>
std::optional<std::string> failure_of(const Action& action) {
    try {
        action();
        return std::nullopt;
    } catch (const Error& error) {
        return error.what();
    }
}

/// What was meant by an unknown type: the name of a system, such as "Postgres", or a similar type.
std::string type_hint(const std::string& type, const std::vector<std::string>& types) {
    const auto* engine = sources::find_engine(to_lower(type));
    if (engine != nullptr && engine->name != to_lower(engine->type))
        return fmt::format("--engine {} names the system; its type is {}", engine->name, engine->type);
    const auto meant = closest(type, types);
    return meant ? fmt::format("did you mean {}?", *meant) : std::string();
}

template <typename Has>
void check_kept(const sources::KeptType& type, Has has) {
    for (const auto& option : type.connector_options) {
        if (option.required && !has(std::string(option.name)))
            sources::refuse_field(option.name, fmt::format("it is required for {}", type.type),
                                  std::string(option.help));
    }
}

}  // namespace

std::vector<std::string> connector_types() {
    auto types = sources::engine_types();
    for (const auto& kept : sources::kept_types()) {
        if (kept.is_offered) types.emplace_back(kept.type);
    }
    return types;
}

sources::Connection connection_of(const model::Connector& connector, Secret password,
                                  const sources::Reach& reach, const Environment& environment) {
    sources::Connection connection;
    connection.type = connector.type;
    connection.host = connector.host;
    connection.port = connector.port;
    connection.username = connector.username;
    connection.password = std::move(password);
    connection.secrets = {connector.secrets.begin(), connector.secrets.end()};
    connection.secrets.erase("password");
    connection.options = connector.options;
    connection.environment = environment;
    connection.reach = reach;
    // A sources::Connection has the engine as a member of its own.
    if (const auto engine = connection.options.extract("engine")) connection.engine = engine.mapped();
    return connection;
}

sources::Location location_of(const model::Datasource& datasource) {
    return {.database = datasource.database,
            .table = datasource.table,
            .request = datasource.request,
            .bucket = datasource.bucket,
            .path = datasource.path};
}

void check_connector(const model::Connector& connector, const std::set<std::string>& kept_secrets,
                     const sources::Reach& reach) {
    const auto has = [&](const std::string& secret) {
        return connector.secrets.contains(secret) || connector.secret_objects.contains(secret) ||
               kept_secrets.contains(secret);
    };
    if (const auto* kept = sources::find_kept_type(connector.type)) {
        check_kept(*kept, has);
        return;
    }
    if (!has_engine(connector.type)) {
        auto types = sources::engine_types();
        for (const auto& kept : sources::kept_types()) types.emplace_back(kept.type);
        sources::refuse_field("type", fmt::format("'{}' is not one of {}", connector.type, join(types, ", ")),
                              type_hint(connector.type, types));
    }
    // The check asks only whether there is a password.
    sources::check_connection(connection_of(connector, Secret(has("password") ? "set" : ""), reach));
}

void check_secrets_stay(const model::Connector& before, const model::Connector& after,
                        const std::set<std::string>& stored) {
    if (stored.empty()) return;
    const auto old_fields = guarding_fields(before);
    const auto new_fields = guarding_fields(after);
    for (const auto& name : guarding_names()) {
        if (old_fields.at(name) == new_fields.at(name)) continue;
        const auto& secret = *stored.begin();
        sources::refuse_field(
            secret, fmt::format("the connector's {} changes, so its {} must be given again", name, secret),
            "give it with the change: with --password-stdin or another flag for secrets, or in the file of apply");
    }
}

void check_users(const model::Connector& before, const model::Connector& after,
                 const std::vector<model::Datasource>& datasources,
                 const std::vector<model::Exporter>& exporters) {
    const auto check = [&](std::string_view noun, const auto& users, const auto& check_user) {
        for (const auto& user : users) {
            const auto reason = failure_of([&] { check_user(user, after); });
            if (!reason || failure_of([&] { check_user(user, before); })) continue;
            throw Error(ErrorClass::conflict,
                        fmt::format("its {} '{}' would no longer fit: {}", noun, user.name, *reason),
                        fmt::format("change or delete the {} first", noun));
        }
    };
    check("datasource", datasources, check_datasource);
    check("exporter", exporters, check_exporter);
}

void check_datasource(const model::Datasource& datasource, const model::Connector& connector) {
    if (!datasource.g_cloud.empty() &&
        std::ranges::find(known_g_clouds, datasource.g_cloud) == known_g_clouds.end()) {
        sources::refuse_field("g_cloud", fmt::format("'{}' is not one of {}", datasource.g_cloud,
                                                     fmt::join(known_g_clouds, ", ")));
    }
    if (!has_engine(connector.type)) return;
    sources::check_location(connection_of(connector, {}), fields_of(datasource), location_of(datasource));
    parse_format(datasource.format);
}

// What can be read can be written, except the result of a request.
void check_exporter(const model::Exporter& exporter, const model::Connector& connector) {
    if (exporter.table.empty() && sources::writes_tables(connector.type)) {
        sources::refuse_field("table", "an exporter to a database needs it", "name the table to write to");
    }
    model::Datasource target;
    target.database = exporter.database;
    target.table = exporter.table;
    target.bucket = exporter.bucket;
    target.path = exporter.filepath;
    target.g_cloud = exporter.g_cloud;
    check_datasource(target, connector);
}

void require_engine(const model::Connector& connector) {
    if (has_engine(connector.type)) return;
    throw Error(ErrorClass::invalid,
                fmt::format("connectors of type {} are only stored: no engine serves them", connector.type),
                fmt::format("the types with an engine: {}", join(sources::engine_types(), ", ")));
}

}  // namespace prevision::platform
