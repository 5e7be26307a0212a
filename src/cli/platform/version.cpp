#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/libraries.hpp"
#include "cli/verbs/listing.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "render/renderer.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

std::string to_document() {
    model::JsonArray engines;
    for (const auto& engine : sources::engines()) engines.text(engine.name);
    model::JsonObject versions;
    for (const auto& library : libraries()) versions.text(library.name, library.version);
    return model::JsonObject()
        .text("name", "prevision")
        .text("version", PREVISION_VERSION)
        .json("engines", engines.finish())
        .json("libraries", versions.finish())
        .finish();
}

}  // namespace

void add_version(Command& root, Services& services) {
    auto command = root.subcommand("version", "Show this program's version");
    command.detail("With -o json also the engines, and the versions of the libraries in use.");
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
