#include "api/exporters.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::api {

namespace {

std::string exporter_path(const std::string& id) { return "/exporters/" + percent_encode(id); }

std::string list_path(const std::string& project_id) {
    return fmt::format("/projects/{}/exporters", percent_encode(project_id));
}

}  // namespace

void Exporters::list(const std::string& project_id, const Client::Each<model::Exporter>& each) {
    client_.list_any(
        list_path(project_id), [&](const std::string& item) { return each(model::decode_exporter(item)); },
        "cannot list the exporters");
}

model::Exporter Exporters::get(const std::string& id) {
    const auto body = client_.call_any({.method = "GET",
                                        .path = exporter_path(id),
                                        .headers = {},
                                        .body = {},
                                        .what = "cannot get the exporter " + id});
    return model::decode_exporter(body);
}

model::Exporter Exporters::create(const std::string& project_id, const model::Exporter& exporter) {
    const auto body =
        client_.call_any({.method = "POST",
                          .path = list_path(project_id),
                          .headers = {},
                          .body = model::encode_request(exporter),
                          .what = fmt::format("cannot create the exporter '{}'", exporter.name)});
    return model::decode_exporter(body);
}

void Exporters::remove(const ObjectReference& exporter) {
    client_.call_any({.method = "DELETE",
                      .path = exporter_path(exporter.id),
                      .headers = {},
                      .body = {},
                      .what = "cannot delete the exporter " + describe(exporter)});
}

model::Export Exporters::run(const ObjectReference& exporter, const ObjectReference& dataset) {
    const auto path = fmt::format("{}/dataset/{}", exporter_path(exporter.id), percent_encode(dataset.id));
    const auto body = client_.call_any({.method = "POST",
                                        .path = path,
                                        .headers = {},
                                        .body = {},
                                        .what = "cannot export the dataset " + describe(dataset)});
    return model::decode_export(body);
}

model::Export Exporters::get_export(const std::string& id) {
    const auto body = client_.call_any({.method = "GET",
                                        .path = "/exports/" + percent_encode(id),
                                        .headers = {},
                                        .body = {},
                                        .what = "cannot get the export " + id});
    return model::decode_export(body);
}

// All of them first: removing moves what later pages hold.
void Exporters::remove_each(const std::string& project_id,
                            const std::function<bool(const model::Exporter&)>& wanted) {
    std::vector<ObjectReference> found;
    try {
        list(project_id, [&](const model::Exporter& exporter) {
            if (wanted(exporter)) found.push_back(refer_to(exporter));
            return true;
        });
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
    }
    for (const auto& exporter : found) remove(exporter);
}

}  // namespace prevision::api
