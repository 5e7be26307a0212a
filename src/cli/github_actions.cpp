#include "cli/github_actions.hpp"

#include <array>

#include <fmt/format.h>

#include "core/text.hpp"
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
    err.write(fmt::format("::error title=prevision::{}\n", escape(text)));
}

void mask_secret(const Secret& secret, const Environment& environment, Output& err) {
    if (!in_github_actions(environment)) return;
    // The runner looks for a masked text within one line.
    for (auto& line : split(secret.reveal(), '\n')) {
        auto command = fmt::format("::add-mask::{}\n", escape(line));
        if (!trim(line).empty()) err.write(command);
        wipe(command);
        wipe(line);
    }
    err.flush();
}

}  // namespace prevision::cli
