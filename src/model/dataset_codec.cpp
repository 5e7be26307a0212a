#include "model/codec.hpp"
#include "model/fields.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "model/json_parts.hpp"

namespace prevision::model {

namespace {

void write_location(JsonObject& object, const Datasource& datasource) {
    visit_location(datasource, [&](auto name, const auto& text) { object.text_or_null(name, text); });
}

}  // namespace

FileFormat decode_format(const rapidjson::Value& object) {
    return {.separator = get_text(object, "separator"),
            .quote = get_text(object, "quote"),
            .escape = get_text(object, "escape"),
            .comment = get_text(object, "comment"),
            .header = get_boolean(object, "header"),
            .skip = get_count(object, "skip"),
            .encoding = get_text(object, "encoding")};
}

void write_format(JsonObject& object, const FileFormat& format) {
    object.text_if_set("separator", format.separator)
        .text_if_set("quote", format.quote)
        .text_if_set("escape", format.escape)
        .text_if_set("comment", format.comment)
        .value_if_given("header", format.header)
        .value_if_given("skip", format.skip)
        .text_if_set("encoding", format.encoding);
}

bool Dataset::failed() const {
    return copy_state == "failed" || describe_state == "failed" || drift_state == "failed";
}

bool Dataset::done() const {
    return copy_state == "done" && describe_state == "done" && drift_state == "done";
}

Datasource decode_datasource(const JsonText& json) {
    const auto& object = json.value();
    Datasource datasource{.id = get_text(object, "_id"),
                          .project_id = get_text(object, "project_id"),
                          .connector_id = get_text(object, "connector_id"),
                          .name = get_text(object, "name"),
                          .format = decode_format(object),
                          .created_at = get_text(object, "created_at"),
                          .document = std::string(json.text())};
    visit_location(datasource, [&](auto name, auto& member) { member = get_text(object, name); });
    return datasource;
}

Dataset decode_dataset(const JsonText& json) {
    const auto& object = json.value();
    Dataset dataset{.id = get_text(object, "_id"),
                    .project_id = get_text(object, "project_id"),
                    .name = get_text(object, "name"),
                    .datasource_id = get_text(object, "datasource_id"),
                    .copy_state = get_text(object, "copy_state"),
                    .describe_state = get_text(object, "describe_state"),
                    .drift_state = get_text(object, "drift_state"),
                    .embeddings_state = get_text(object, "embeddings_state"),
                    .file = {.name = get_text(object, "file_name"),
                             .type = get_text(object, "file_type"),
                             .compression = get_text(object, "compression"),
                             .format = decode_format(object),
                             .note = get_text(object, "note")},
                    .rows = get_count(object, "rows"),
                    .bytes = get_count(object, "bytes"),
                    .total_bytes = get_count(object, "total_bytes"),
                    .about_rows = get_count(object, "about_rows"),
                    .sha256 = get_text(object, "sha256"),
                    .schema = {},
                    .message = get_text(object, "message"),
                    .error_class = get_text(object, "error_class"),
                    .hint = get_text(object, "hint"),
                    .pinned = get_boolean(object, "pinned").value_or(false),
                    .if_changed = get_boolean(object, "if_changed").value_or(false),
                    .unchanged_by = get_text(object, "unchanged_by"),
                    .created_at = get_text(object, "created_at"),
                    .manifest = {},
                    .document = std::string(json.text())};
    // As it was sent: a later platform's manifest has more members.
    if (find_member(object, "manifest") != nullptr)
        dataset.manifest = find_value(members_of(json.text()), "manifest").value_or("");
    if (const auto* schema = find_member(object, "schema")) dataset.schema = decode_schema(*schema);
    return dataset;
}

Freshness decode_freshness(const JsonText& json) {
    return {.modified = get_text(json.value(), "modified"), .by = get_text(json.value(), "by")};
}

std::vector<SchemaColumn> decode_schema(const rapidjson::Value& schema) {
    std::vector<SchemaColumn> columns;
    if (!schema.IsArray()) return columns;
    for (const auto& column : schema.GetArray()) {
        columns.push_back({.name = get_text(column, "name"),
                           .type = get_text(column, "type"),
                           .nullable = get_boolean(column, "nullable").value_or(true)});
    }
    return columns;
}

std::string encode_schema(const std::vector<SchemaColumn>& schema) {
    JsonArray columns;
    for (const auto& column : schema) {
        columns.json(JsonObject()
                         .text("name", column.name)
                         .text("type", column.type)
                         .value("nullable", column.nullable)
                         .finish());
    }
    return columns.finish();
}

std::string encode_request(const Datasource& datasource) {
    JsonObject object;
    object.text("connector_id", datasource.connector_id).text("name", datasource.name);
    write_location(object, datasource);
    write_format(object, datasource.format);
    return object.finish();
}

std::string encode_snapshot_request(const std::string& name, const std::string& datasource_id,
                                    bool if_changed) {
    JsonObject object;
    object.text("name", name).text("datasource_id", datasource_id);
    if (if_changed) object.value("if_changed", true);
    return object.finish();
}

std::string encode_answer(const Datasource& datasource) {
    JsonObject object;
    object.text("_id", datasource.id)
        .text("project_id", datasource.project_id)
        .text("connector_id", datasource.connector_id)
        .text("name", datasource.name);
    write_location(object, datasource);
    write_format(object, datasource.format);
    return object.text("created_at", datasource.created_at).finish();
}

std::string encode_answer(const Dataset& dataset) {
    JsonObject object;
    object.text("_id", dataset.id)
        .text("project_id", dataset.project_id)
        .text("name", dataset.name)
        .text_or_null("datasource_id", dataset.datasource_id)
        .text("copy_state", dataset.copy_state)
        .text("describe_state", dataset.describe_state)
        .text("drift_state", dataset.drift_state)
        .text("embeddings_state", dataset.embeddings_state)
        .text_or_null("file_type", dataset.file.type)
        .value("rows", dataset.rows)
        .value("bytes", dataset.bytes)
        .value_if_given("total_bytes", dataset.total_bytes)
        .value_if_given("about_rows", dataset.about_rows)
        .text_or_null("sha256", dataset.sha256)
        .text_if_set("file_name", dataset.file.name)
        .text_if_set("compression", dataset.file.compression);
    // The platform's public clients expect the separator to be present.
    if (dataset.file.format.separator.empty()) object.text_or_null("separator", "");
    write_format(object, dataset.file.format);
    object.text_if_set("note", dataset.file.note)
        .json("schema", encode_schema(dataset.schema))
        .text_if_set("message", dataset.message)
        .text_if_set("error_class", dataset.error_class)
        .text_if_set("hint", dataset.hint)
        .text_if_set("unchanged_by", dataset.unchanged_by)
        .text("created_at", dataset.created_at);
    if (dataset.pinned) object.value("pinned", true);
    if (dataset.if_changed) object.value("if_changed", true);
    if (!dataset.manifest.empty()) object.json("manifest", dataset.manifest);
    return object.finish();
}

}  // namespace prevision::model
