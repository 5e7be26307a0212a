#include "platform/datasets/manifest.hpp"

#include "core/sha256.hpp"
#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "model/fields.hpp"
#include "model/json_builder.hpp"
#include "sources/host.hpp"

namespace prevision::platform {

namespace {

/// All that decides what is read, as text. The key of a host does not.
std::string definition_of(const model::Datasource& datasource, const model::Connector& connector,
                          const sources::Engine& engine) {
    model::JsonObject options;
    for (const auto& [name, value] : connector.options) {
        if (name != "host_key" && name != "engine") options.text(name, value);
    }
    model::JsonObject object;
    object.text("type", connector.type)
        .text("engine", engine.name)
        .text("host", connector.host)
        .value("port", connector.port)
        .text("username", connector.username)
        .json("options", options.finish());
    model::visit_location(datasource, [&](auto name, const auto& text) { object.text(name, text); });
    model::write_format(object, datasource.format);
    return object.finish();
}

}  // namespace

model::Manifest begin_manifest(const std::string& time) {
    model::Manifest manifest;
    manifest.begun_at = time;
    manifest.program_version = PREVISION_VERSION;
    return manifest;
}

void record_source(model::Manifest& manifest, const model::Datasource& datasource,
                   const model::Connector& connector, const sources::Engine& engine) {
    manifest.datasource = {.id = datasource.id, .name = datasource.name};
    manifest.connector = {.id = connector.id, .name = connector.name};
    manifest.connector_type = connector.type;
    manifest.engine = engine.name;
    manifest.location = {.path = datasource.path,
                         .database = datasource.database,
                         .table = datasource.table,
                         .bucket = datasource.bucket,
                         .request = datasource.request,
                         .g_cloud = datasource.g_cloud};
    manifest.definition_sha256 = sha256_of(definition_of(datasource, connector, engine));
    manifest.host = connector.host;
    if (engine.is_file || connector.host.empty()) return;
    const auto host = sources::parse_host(connector.host);
    manifest.host = host.name.empty() ? host.path : host.name;
    manifest.port = sources::choose_port(connector.port, host);
    if (!manifest.port && !host.name.empty()) manifest.port = engine.default_port;
}

void record_files(model::Manifest& manifest, const std::vector<sources::FileInfo>& files) {
    for (const auto& file : files) {
        manifest.files.push_back({.path = valid_utf8(file.path),
                                  .etag = valid_utf8(file.etag),
                                  .size = file.size,
                                  .modified = file.modified});
    }
}

}  // namespace prevision::platform
