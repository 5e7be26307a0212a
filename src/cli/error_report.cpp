#include "cli/error_report.hpp"

#include <fmt/format.h>

#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

std::string to_json(const Error& error) {
    return model::JsonObject()
        .text("class", to_string(error.error_class()))
        .text("message", error.what())
        .text_or_null("hint", error.hint())
        .value("retryable", error.retryable())
        .value("status", error.status())
        .finish();
}

std::string to_json(const std::vector<std::string>& texts) {
    model::JsonArray array;
    for (const auto& text : texts) array.text(text);
    return array.finish();
}

}  // namespace

void report_end(const Error* error, const Console& console, Io& io) {
    auto& err = io.err;
    if (console.is_asking()) err.write("\n");
    if (console.options().json_errors()) {
        const auto& traces = console.traces();
        if (error == nullptr && console.warnings().empty() && traces.empty()) return;
        model::JsonObject object;
        if (error != nullptr) object.json("error", to_json(*error));
        object.json("warnings", to_json(console.warnings()));
        if (!traces.empty()) object.json("requests", to_json(traces));
        err.write(object.finish() + '\n');
    } else if (error != nullptr) {
        err.write(for_people(fmt::format("prevision: {}", error->what()), io) + "\n");
        if (!error->hint().empty()) err.write(for_people("hint: " + error->hint(), io) + "\n");
    }
    err.flush();
}

}  // namespace prevision::cli
