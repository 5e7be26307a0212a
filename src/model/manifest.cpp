#include "model/manifest.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/codec.hpp"
#include "model/fields.hpp"
#include "model/json_builder.hpp"

namespace prevision::model {

namespace {

/// Calls `each` with the elements of an array member that are objects.
template <typename Each>
void for_each_object(const rapidjson::Value& object, std::string_view name, const Each& each) {
    const auto* array = find_member(object, name);
    if (array == nullptr || !array->IsArray()) return;
    for (const auto& element : array->GetArray()) {
        if (element.IsObject()) each(element);
    }
}

/// Calls `use` with a member that is an object.
template <typename Use>
void with_object(const rapidjson::Value& object, std::string_view name, const Use& use) {
    const auto* member = find_member(object, name);
    if (member != nullptr && member->IsObject()) use(*member);
}

/// A text that may be absent, unlike an empty one.
std::optional<std::string> given_text(const rapidjson::Value& object, std::string_view name) {
    const auto* member = find_member(object, name);
    return member == nullptr ? std::nullopt : scalar_text(*member);
}

void add_unless_empty(JsonObject& object, std::string_view name, JsonObject& member) {
    if (!member.empty()) object.json(name, member.finish());
}

void write_reference(JsonObject& object, std::string_view name, const ManifestReference& reference) {
    JsonObject member;
    member.text_if_set("id", reference.id).text_if_set("name", reference.name);
    add_unless_empty(object, name, member);
}

void write_source(JsonObject& object, const Manifest& manifest) {
    write_reference(object, "dataset", manifest.dataset);
    write_reference(object, "datasource", manifest.datasource);
    JsonObject connector;
    connector.text_if_set("id", manifest.connector.id)
        .text_if_set("name", manifest.connector.name)
        .text_if_set("type", manifest.connector_type);
    add_unless_empty(object, "connector", connector);
    object.text_if_set("engine", manifest.engine)
        .text_if_set("host", manifest.host)
        .value_if_given("port", manifest.port)
        .text_if_set("server_version", manifest.server_version);
    JsonObject location;
    visit_location(manifest.location, [&](auto name, const auto& text) { location.text_if_set(name, text); });
    add_unless_empty(object, "location", location);
    object.text_if_set("definition_sha256", manifest.definition_sha256);
}

std::string encode(const ManifestParameter& parameter) {
    JsonObject object;
    object.text("name", parameter.name).text_if_set("type", parameter.type);
    return (parameter.value ? object.text("value", *parameter.value) : object.json("value", "null")).finish();
}

std::string encode(const ManifestFile& file) {
    return JsonObject()
        .text("path", file.path)
        .text_if_set("etag", file.etag)
        .value_if_given("size", file.size)
        .text_if_set("modified", file.modified)
        .finish();
}

std::string encode(const ManifestState& state) {
    return JsonObject().text("method", state.method).text("value", state.value).finish();
}

std::string encode(const SchemaColumn& column) {
    return JsonObject()
        .text("name", column.name)
        .text("type", column.type)
        .text_if_set("kind", column.kind)
        .value("nullable", column.nullable)
        .finish();
}

template <typename Element>
std::string encode_array(const std::vector<Element>& elements) {
    JsonArray array;
    for (const auto& element : elements) array.json(encode(element));
    return array.finish();
}

void write_selection(JsonObject& object, const Manifest& manifest) {
    if (!manifest.parameters.empty()) object.json("parameters", encode_array(manifest.parameters));
    if (!manifest.files.empty()) object.json("files", encode_array(manifest.files));
    if (manifest.cursor) {
        object.json("cursor", JsonObject()
                                  .text("column", manifest.cursor->column)
                                  .text_if_set("type", manifest.cursor->type)
                                  .finish());
    }
    if (manifest.window) {
        object.json("window", JsonObject()
                                  .text_if_given("low", manifest.window->low)
                                  .text("high", manifest.window->high)
                                  .finish());
    }
    if (!manifest.states.empty()) object.json("states", encode_array(manifest.states));
    if (manifest.parents.empty()) return;
    JsonArray parents;
    for (const auto& parent : manifest.parents) parents.text(parent);
    object.json("parents", parents.finish());
}

void read_selection(const rapidjson::Value& object, Manifest& manifest) {
    for_each_object(object, "parameters", [&](const auto& parameter) {
        manifest.parameters.push_back({.name = get_text(parameter, "name"),
                                       .type = get_text(parameter, "type"),
                                       .value = given_text(parameter, "value")});
    });
    for_each_object(object, "files", [&](const auto& file) {
        manifest.files.push_back({.path = get_text(file, "path"),
                                  .etag = get_text(file, "etag"),
                                  .size = get_count(file, "size"),
                                  .modified = get_text(file, "modified")});
    });
    with_object(object, "cursor", [&](const auto& cursor) {
        manifest.cursor = {.column = get_text(cursor, "column"), .type = get_text(cursor, "type")};
    });
    with_object(object, "window", [&](const auto& window) {
        manifest.window = {.low = given_text(window, "low"), .high = get_text(window, "high")};
    });
    for_each_object(object, "states", [&](const auto& state) {
        manifest.states.push_back({.method = get_text(state, "method"), .value = get_text(state, "value")});
    });
    const auto* parents = find_member(object, "parents");
    if (parents == nullptr || !parents->IsArray()) return;
    for (const auto& parent : parents->GetArray()) {
        if (parent.IsString()) manifest.parents.emplace_back(parent.GetString(), parent.GetStringLength());
    }
}

void read_content(const rapidjson::Value& object, Manifest& manifest) {
    with_object(object, "file", [&](const auto& file) {
        manifest.file = {.name = get_text(file, "name"),
                         .type = get_text(file, "type"),
                         .compression = get_text(file, "compression"),
                         .format = decode_format(file),
                         .note = get_text(file, "note")};
    });
    manifest.rows = get_count(object, "rows");
    manifest.bytes = get_count(object, "bytes");
    manifest.sha256 = get_text(object, "sha256");
    for_each_object(object, "columns", [&](const auto& column) {
        manifest.columns.push_back({.name = get_text(column, "name"),
                                    .type = get_text(column, "type"),
                                    .nullable = get_boolean(column, "nullable").value_or(true),
                                    .kind = get_text(column, "kind")});
    });
    manifest.columns_sha256 = get_text(object, "columns_sha256");
}

std::uint64_t version_of(const rapidjson::Value& object) {
    const auto version = get_count(object, "manifest_version");
    if (!version || *version == 0)
        throw Error(ErrorClass::invalid, "it is not a manifest: it has no manifest_version");
    if (*version > manifest_version) {
        throw Error(ErrorClass::invalid,
                    fmt::format("the manifest has version {}, and this program knows versions up to {}",
                                *version, manifest_version),
                    "update this program");
    }
    return *version;
}

}  // namespace

void set_content(Manifest& manifest, const Dataset& dataset) {
    manifest.dataset = {.id = dataset.id, .name = dataset.name};
    manifest.datasource.id = dataset.datasource_id;
    manifest.file = dataset.file;
    manifest.rows = dataset.rows;
    manifest.bytes = dataset.bytes;
    manifest.sha256 = dataset.sha256;
    manifest.columns = dataset.schema;
}

std::string encode_manifest(const Manifest& manifest) {
    JsonObject object;
    object.value("manifest_version", manifest.version);
    write_source(object, manifest);
    write_selection(object, manifest);
    object.text_if_set("begun_at", manifest.begun_at).text_if_set("ended_at", manifest.ended_at);
    if (!manifest.program_version.empty()) {
        object.json(
            "program",
            JsonObject().text("name", "prevision").text("version", manifest.program_version).finish());
    }
    JsonObject file;
    file.text_if_set("name", manifest.file.name)
        .text_if_set("type", manifest.file.type)
        .text_if_set("compression", manifest.file.compression);
    write_format(file, manifest.file.format);
    file.text_if_set("note", manifest.file.note);
    add_unless_empty(object, "file", file);
    return object.value_if_given("rows", manifest.rows)
        .value_if_given("bytes", manifest.bytes)
        .text_if_set("sha256", manifest.sha256)
        .json("columns", encode_array(manifest.columns))
        .text_if_set("columns_sha256", manifest.columns_sha256)
        .finish();
}

Manifest decode_manifest(const JsonText& json) {
    const auto& object = json.value();
    Manifest manifest;
    manifest.version = version_of(object);
    const auto read_reference = [&](std::string_view name, ManifestReference& reference) {
        with_object(object, name, [&](const auto& member) {
            reference = {.id = get_text(member, "id"), .name = get_text(member, "name")};
        });
    };
    read_reference("dataset", manifest.dataset);
    read_reference("datasource", manifest.datasource);
    read_reference("connector", manifest.connector);
    with_object(object, "connector",
                [&](const auto& member) { manifest.connector_type = get_text(member, "type"); });
    manifest.engine = get_text(object, "engine");
    manifest.host = get_text(object, "host");
    if (const auto port = get_integer(object, "port"); port && *port > 0 && *port <= 65535)
        manifest.port = static_cast<int>(*port);
    manifest.server_version = get_text(object, "server_version");
    with_object(object, "location", [&](const auto& member) {
        visit_location(manifest.location, [&](auto name, auto& text) { text = get_text(member, name); });
    });
    manifest.definition_sha256 = get_text(object, "definition_sha256");
    read_selection(object, manifest);
    manifest.begun_at = get_text(object, "begun_at");
    manifest.ended_at = get_text(object, "ended_at");
    with_object(object, "program",
                [&](const auto& member) { manifest.program_version = get_text(member, "version"); });
    read_content(object, manifest);
    manifest.document = json.text();
    return manifest;
}

std::string canonical_columns(const std::vector<SchemaColumn>& columns) {
    JsonArray array;
    for (const auto& column : columns) {
        array.json(JsonArray()
                       .text(column.name)
                       .text(column.type)
                       .json(column.nullable ? "true" : "false")
                       .finish());
    }
    return array.finish();
}

}  // namespace prevision::model
