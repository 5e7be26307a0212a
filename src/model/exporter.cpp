#include "model/exporter.hpp"

#include "model/fields.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"

namespace prevision::model {

namespace {

void write_fields(JsonObject& object, const Exporter& exporter) {
    object.text("connector_id", exporter.connector_id)
        .text("name", exporter.name)
        .text("description", exporter.description);
    visit_target(exporter, [&](auto name, const auto& text) { object.text_or_null(name, text); });
}

}  // namespace

Exporter decode_exporter(const JsonText& json) {
    const auto& object = json.value();
    Exporter exporter{.id = get_text(object, "_id"),
                      .project_id = get_text(object, "project_id"),
                      .connector_id = get_text(object, "connector_id"),
                      .name = get_text(object, "name"),
                      .description = get_text(object, "description"),
                      .created_at = get_text(object, "created_at"),
                      .document = std::string(json.text())};
    visit_target(exporter, [&](auto name, auto& member) { member = get_text(object, name); });
    return exporter;
}

Export decode_export(const JsonText& json) {
    const auto& object = json.value();
    return {.id = get_text(object, "_id"),
            .exporter_id = get_text(object, "exporter_id"),
            .dataset_id = get_text(object, "dataset_id"),
            .status = get_text(object, "status"),
            .rows = get_count(object, "rows"),
            .logs = get_text(object, "logs"),
            .error_class = get_text(object, "error_class"),
            .hint = get_text(object, "hint"),
            .created_at = get_text(object, "created_at"),
            .document = std::string(json.text())};
}

std::string encode_request(const Exporter& exporter) {
    JsonObject object;
    write_fields(object, exporter);
    return object.finish();
}

std::string encode_answer(const Exporter& exporter) {
    JsonObject object;
    object.text("_id", exporter.id).text("project_id", exporter.project_id);
    write_fields(object, exporter);
    return object.text("created_at", exporter.created_at).finish();
}

std::string encode_answer(const Export& done) {
    return JsonObject()
        .text("_id", done.id)
        .text("exporter_id", done.exporter_id)
        .text_or_null("dataset_id", done.dataset_id)
        .text("status", done.status)
        .value("rows", done.rows)
        .text("logs", done.logs)
        .text_if_set("error_class", done.error_class)
        .text_if_set("hint", done.hint)
        .text("created_at", done.created_at)
        .finish();
}

}  // namespace prevision::model
