#include "cli/error_report.hpp"

#include <fmt/format.h>

#include "model/json.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

void report_error(const Error& error, bool as_json, Output& err) {
    if (as_json) {
        rapidjson::StringBuffer buffer;
        model::JsonWriter writer(buffer);
        writer.StartObject();
        writer.Key("error");
        writer.StartObject();
        model::write_text(writer, "class", to_string(error.error_class()));
        model::write_text(writer, "message", error.what());
        model::write_text_or_null(writer, "hint", error.hint());
        writer.Key("retryable");
        writer.Bool(error.retryable());
        writer.Key("status");
        if (error.status()) {
            writer.Int(*error.status());
        } else {
            writer.Null();
        }
        writer.EndObject();
        writer.EndObject();
        err.write(fmt::format("{}\n", buffer.GetString()));
    } else {
        err.write(fmt::format("prevision: {}\n", render::printable(error.what())));
        if (!error.hint().empty()) err.write(fmt::format("hint: {}\n", render::printable(error.hint())));
    }
    err.flush();
}

}  // namespace prevision::cli
