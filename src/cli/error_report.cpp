#include "cli/error_report.hpp"

#include <fmt/format.h>

#include "model/json_builder.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

void report_error(const Error& error, bool as_json, Output& err) {
    if (as_json) {
        const auto object = model::JsonObject()
                                .text("class", to_string(error.error_class()))
                                .text("message", error.what())
                                .text_or_null("hint", error.hint())
                                .value("retryable", error.retryable())
                                .value("status", error.status())
                                .finish();
        err.write(model::JsonObject().json("error", object).finish() + '\n');
    } else {
        err.write(fmt::format("prevision: {}\n", render::printable(error.what())));
        if (!error.hint().empty()) err.write(fmt::format("hint: {}\n", render::printable(error.hint())));
    }
    err.flush();
}

}  // namespace prevision::cli
