#include "cli/verbs/test_report.hpp"

#include <fmt/format.h>

#include "model/codec.hpp"
#include "model/json_builder.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

std::string test_document(const std::string& id, const std::string& name, const model::TestResult& result) {
    return model::JsonObject()
        .text("_id", id)
        .text("name", name)
        .value("ok", result.ok)
        .text("message", result.message)
        .json("stages", model::encode_stages(result.stages))
        .finish();
}

void show_stages(const std::string& id, const model::TestResult& result, const render::Settings& settings,
                 Output& out) {
    auto stages = result.stages;
    // Without stages, the whole test is one.
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
    if (render::traits(settings.format).cells) {
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
