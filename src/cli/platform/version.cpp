#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/libraries.hpp"
#include "cli/verbs/listing.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "render/renderer.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

std::string to_document() {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "name", "prevision");
    model::write_text(writer, "version", PREVISION_VERSION);
    writer.Key("engines");
    writer.StartArray();
    for (const auto& engine : sources::engines()) writer.String(std::string(engine.name));
    writer.EndArray();
    writer.Key("libraries");
    writer.StartObject();
    for (const auto& library : libraries()) model::write_text(writer, library.name, library.version);
    writer.EndObject();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

void add_version(Command& root, Services& services) {
    auto command = root.subcommand("version", "Show this program's version");
    command.detail("With -o json also the engines, and the versions of the libraries that it runs with.");
    command.example("prevision version");
    command.example("prevision version -o json");
    command.action([&services] {
        if (services.options().format() == render::Format::table) {
            services.io().out.write("prevision " PREVISION_VERSION "\n");
            return;
        }
        render::render_object(
            {{"name"}, {"version"}},
            {.id = PREVISION_VERSION, .cells = {"prevision", PREVISION_VERSION}, .document = to_document()},
            services.render_settings(), services.io().out);
    });
}

}  // namespace prevision::cli
