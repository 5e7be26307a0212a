#include "model/exporter.hpp"

#include "model/json.hpp"

namespace prevision::model {

namespace {

void write_fields(JsonWriter& writer, const Exporter& exporter) {
    write_text(writer, "connector_id", exporter.connector_id);
    write_text(writer, "name", exporter.name);
    write_text(writer, "description", exporter.description);
    write_text_or_null(writer, "filepath", exporter.filepath);
    write_text_or_null(writer, "bucket", exporter.bucket);
    write_text_or_null(writer, "database", exporter.database);
    write_text_or_null(writer, "table", exporter.table);
    write_text_or_null(writer, "g_cloud", exporter.g_cloud);
    write_text_or_null(writer, "file_write_mode", exporter.file_write_mode);
    write_text_or_null(writer, "database_write_mode", exporter.database_write_mode);
}

}  // namespace

Exporter decode_exporter(const rapidjson::Value& object) {
    return {.id = get_text(object, "_id"),
            .project_id = get_text(object, "project_id"),
            .connector_id = get_text(object, "connector_id"),
            .name = get_text(object, "name"),
            .description = get_text(object, "description"),
            .filepath = get_text(object, "filepath"),
            .bucket = get_text(object, "bucket"),
            .database = get_text(object, "database"),
            .table = get_text(object, "table"),
            .g_cloud = get_text(object, "g_cloud"),
            .file_write_mode = get_text(object, "file_write_mode"),
            .database_write_mode = get_text(object, "database_write_mode"),
            .created_at = get_text(object, "created_at"),
            .document = write_json(object)};
}

Export decode_export(const rapidjson::Value& object) {
    Export done{.id = get_text(object, "_id"),
                .exporter_id = get_text(object, "exporter_id"),
                .dataset_id = get_text(object, "dataset_id"),
                .status = get_text(object, "status"),
                .rows = std::nullopt,
                .logs = get_text(object, "logs"),
                .created_at = get_text(object, "created_at"),
                .document = write_json(object)};
    if (const auto rows = get_integer(object, "rows"); rows && *rows >= 0)
        done.rows = static_cast<std::uint64_t>(*rows);
    return done;
}

std::string encode_request(const Exporter& exporter) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    write_fields(writer, exporter);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string encode_answer(const Exporter& exporter) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    write_text(writer, "_id", exporter.id);
    write_text(writer, "project_id", exporter.project_id);
    write_fields(writer, exporter);
    write_text(writer, "created_at", exporter.created_at);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string encode_answer(const Export& done) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    write_text(writer, "_id", done.id);
    write_text(writer, "exporter_id", done.exporter_id);
    write_text_or_null(writer, "dataset_id", done.dataset_id);
    write_text(writer, "status", done.status);
    writer.Key("rows");
    if (done.rows) {
        writer.Uint64(*done.rows);
    } else {
        writer.Null();
    }
    write_text(writer, "logs", done.logs);
    write_text(writer, "created_at", done.created_at);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace prevision::model
