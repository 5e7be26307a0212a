#include "cli/github_actions.hpp"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "render/renderer.hpp"
#include "render/replace.hpp"

namespace prevision::cli {

namespace {

/// A message as a workflow command takes it: one line.
std::string escape(std::string_view text) {
    static constexpr std::array<render::Replacement, 3> replacements{
        {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}}};
    return render::replace_each(text, replacements);
}

}  // namespace

bool in_github_actions(const Environment& environment) { return environment.get("GITHUB_ACTIONS") == "true"; }

void annotate_error(const Error& error, const Environment& environment, Output& err) {
    if (!in_github_actions(environment)) return;
    std::string text = error.what();
    if (!error.hint().empty()) text += "\nhint: " + error.hint();
    std::vector<std::string> lines;
    for (const auto& line : split(text, '\n')) lines.push_back(render::printable(line));
    err.write(fmt::format("::error title=prevision::{}\n", escape(join(lines, "\n"))));
}

void mask_secret(const Secret& secret, const Io& io) {
    // To mask a brace or a single letter everywhere in the log would hide little and show where it was.
    constexpr std::size_t shortest = 4;
    if (!in_github_actions(io.environment) || io.err_is_file) return;
    // The runner looks for a masked text within one line.
    for (auto& line : split(secret.reveal(), '\n')) {
        auto command = fmt::format("::add-mask::{}\n", escape(line));
        if (trim(line).size() >= shortest) io.err.write(command);
        wipe(command);
        wipe(line);
    }
    io.err.flush();
}

}  // namespace prevision::cli
