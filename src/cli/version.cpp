#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

void add_version(Command& root, Services& services) {
    auto command = root.subcommand("version", "Show this program's version");
    command.action([&services] {
        if (services.options().format() == render::Format::table) {
            services.io().out.write("prevision " PREVISION_VERSION "\n");
            return;
        }
        render::render_object({{"name"}, {"version"}},
                              {.id = PREVISION_VERSION,
                               .cells = {"prevision", PREVISION_VERSION},
                               .document = R"({"name":"prevision","version":")" PREVISION_VERSION R"("})"},
                              services.render_settings(), services.io().out);
    });
}

}  // namespace prevision::cli
