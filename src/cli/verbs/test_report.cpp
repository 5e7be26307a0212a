#include "cli/verbs/test_report.hpp"

#include <fmt/format.h>

#include "model/json.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

std::string test_document(const std::string& id, const std::string& name, const model::TestResult& result) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "_id", id);
    model::write_text(writer, "name", name);
    writer.Key("ok");
    writer.Bool(result.ok);
    model::write_text(writer, "message", result.message);
    writer.Key("stages");
    writer.StartArray();
    for (const auto& stage : result.stages) {
        writer.StartObject();
        model::write_text(writer, "stage", stage.stage);
        writer.Key("ok");
        writer.Bool(stage.ok);
        writer.Key("ms");
        writer.Double(stage.milliseconds);
        model::write_text(writer, "message", stage.message);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

void show_stages(const std::string& id, const model::TestResult& result, const render::Settings& settings,
                 Output& out) {
    auto stages = result.stages;
    // A platform that tells no stages has one: the whole test.
    if (stages.empty()) stages.push_back({.stage = "test", .ok = result.ok, .message = result.message});
    const auto renderer = render::make_list_renderer(
        {{"stage"}, {"result"}, {"ms", render::Alignment::right}, {"message"}}, settings, out);
    for (const auto& stage : stages) {
        renderer->add({.id = id,
                       .cells = {stage.stage, stage.ok ? "ok" : "failed",
                                 fmt::format("{:.1f}", stage.milliseconds), stage.message},
                       .document = {}});
    }
    renderer->finish();
}

void report_test(Services& services, const std::string& id, const std::string& name,
                 const api::TestOutcome& outcome) {
    const auto settings = services.render_settings();
    const bool as_lines = settings.format == render::Format::table ||
                          settings.format == render::Format::csv || settings.format == render::Format::tsv;
    if (as_lines) {
        show_stages(id, outcome.result, settings, services.io().out);
    } else {
        render::render_object(
            {{"id"}, {"name"}},
            {.id = id, .cells = {id, name}, .document = test_document(id, name, outcome.result)}, settings,
            services.io().out);
    }
    services.io().out.flush();
    if (outcome.failure) throw Error(*outcome.failure);
}

}  // namespace prevision::cli
