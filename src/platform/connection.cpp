#include "platform/connection.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
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
    const auto& format = datasource.format;
    const std::string header = format.header ? (*format.header ? "yes" : "no") : "";
    return {{"database", datasource.database}, {"table", datasource.table}, {"request", datasource.request},
            {"bucket", datasource.bucket},     {"path", datasource.path},   {"g_cloud", datasource.g_cloud},
            {"separator", format.separator},   {"quote", format.quote},     {"header", header},
            {"encoding", format.encoding}};
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
            sources::refuse_field(option.name, fmt::format("{} needs it", type.type),
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
                                  const Environment& environment) {
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
    // The engine is a field of its own there.
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

void check_connector(const model::Connector& connector, const std::set<std::string>& kept_secrets) {
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
    sources::check_connection(connection_of(connector, Secret(has("password") ? "set" : "")));
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
                fmt::format("connectors of type {} can be kept here, but not used yet", connector.type),
                fmt::format("the types that can be used: {}", join(sources::engine_types(), ", ")));
}

}  // namespace prevision::platform
