#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/build_info.hpp"
#include "cli/platform/libraries.hpp"
#include "cli/verbs/listing.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "render/renderer.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

struct VersionOptions {
    bool only_version = false;
};

std::string to_document() {
    model::JsonArray engines;
    for (const auto& engine : sources::engines()) engines.text(engine.name);
    model::JsonObject versions;
    for (const auto& library : libraries()) versions.text(library.name, library.version);
    const auto& info = build_info();
    const auto build = model::JsonObject()
                           .text("compiler", info.compiler)
                           .text("type", info.type)
                           .text_or_null("package", info.package)
                           .text_or_null("commit", info.commit)
                           .finish();
    return model::JsonObject()
        .text("name", "prevision")
        .text("version", PREVISION_VERSION)
        .json("build", build)
        .json("engines", engines.finish())
        .json("libraries", versions.finish())
        .finish();
}

}  // namespace

void add_version(Command& root, Services& services) {
    auto command = root.subcommand("version", "Show this program's version, and how it was built");
    command.detail("With -o json also the engines, and the versions of the libraries in use.");
    command.example("prevision version");
    command.example("prevision version -o json");
    auto& options = command.keep<VersionOptions>();
    command.flag("--short", options.only_version,
                 "Show one line, as --version does: without how it was built");
    command.action([&options, &services] {
        if (services.options().format() == render::Format::table) {
            services.io().out.write("prevision " PREVISION_VERSION "\n");
            if (!options.only_version)
                services.io().out.write(fmt::format("built by {}\n", describe(build_info())));
            return;
        }
        render::render_object(
            {{"name"}, {"version"}},
            {.id = PREVISION_VERSION, .cells = {"prevision", PREVISION_VERSION}, .document = to_document()},
            services.render_settings(), services.io().out);
    });
}

}  // namespace prevision::cli
