#include "platform/connection.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/datasets/file_format.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// All that a connector can be on the platform; the last three on older ones.
constexpr std::array<std::string_view, 8> known_types{"SQL", "FTP",  "SFTP",  "S3",
                                                      "GCP", "HIVE", "HBASE", "HDFS"};

constexpr std::array<std::string_view, 2> known_g_clouds{"BigQuery", "Storage"};

bool has_engine(std::string_view type) {
    return std::ranges::any_of(sources::engines(),
                               [&](const sources::Engine& engine) { return engine.type == type; });
}

/// Only what holds files has options on how they are written.
void check_format_is_taken(const model::FileFormat& format, const sources::Engine& engine) {
    const std::array<std::pair<std::string_view, bool>, 4> given{{{"separator", !format.separator.empty()},
                                                                  {"quote", !format.quote.empty()},
                                                                  {"header", format.header.has_value()},
                                                                  {"encoding", !format.encoding.empty()}}};
    for (const auto& [name, is_given] : given) {
        const auto& options = engine.datasource_options;
        if (!is_given || std::ranges::find(options, name, &sources::Option::name) != options.end()) continue;
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid {}: {} takes none, which is for files", name, engine.title));
    }
}

std::string types_with_engines() {
    std::vector<std::string> types;
    for (const auto type : known_types) {
        if (has_engine(type)) types.emplace_back(type);
    }
    return join(types, ", ");
}

}  // namespace

sources::Connection connection_of(const model::Connector& connector, Secret password,
                                  const Environment& environment) {
    sources::Connection connection;
    connection.type = connector.type;
    connection.host = connector.host;
    connection.port = connector.port;
    connection.username = connector.username;
    connection.password = std::move(password);
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

void check_connector(const model::Connector& connector, bool has_password) {
    if (std::ranges::find(known_types, connector.type) == known_types.end()) {
        throw Error(ErrorClass::invalid, fmt::format("invalid type: '{}' is none of {}", connector.type,
                                                     fmt::join(known_types, ", ")));
    }
    if (!has_engine(connector.type)) return;
    // What the password is does not matter here, only whether there is one.
    auto connection = connection_of(connector, Secret(has_password ? "set" : ""));
    connection.private_key = connector.private_key;
    sources::check_connection(connection);
}

void check_datasource(const model::Datasource& datasource, const model::Connector& connector) {
    if (!datasource.g_cloud.empty() &&
        std::ranges::find(known_g_clouds, datasource.g_cloud) == known_g_clouds.end()) {
        throw Error(ErrorClass::invalid, fmt::format("invalid g_cloud: '{}' is none of {}",
                                                     datasource.g_cloud, fmt::join(known_g_clouds, ", ")));
    }
    if (!has_engine(connector.type)) return;
    const auto* engine = sources::tell_engine(connection_of(connector, {}));
    if (engine == nullptr) return;
    engine->check_location(location_of(datasource));
    parse_format(datasource.format);
    check_format_is_taken(datasource.format, *engine);
}

void require_engine(const model::Connector& connector) {
    if (has_engine(connector.type)) return;
    throw Error(ErrorClass::invalid,
                fmt::format("connectors of type {} can be kept here, but not used yet", connector.type),
                fmt::format("the types that can be used: {}", types_with_engines()));
}

}  // namespace prevision::platform
