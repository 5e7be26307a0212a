#include "cli/verbs/confirmation.hpp"

#include "core/text.hpp"

namespace prevision::cli {

void confirm(const std::string& question, bool yes, Console& console) {
    auto& io = console.io();
    const bool asks_unseen = io.in_is_terminal && !io.err_is_terminal;
    if (!yes && asks_unseen && !console.options().no_input && !io.environment.get("CI"))
        throw Error(ErrorClass::usage, "cannot ask: \"" + question + "\" would not be seen",
                    "--yes answers it");
    if (yes || !may_prompt(console.options(), io)) return;
    io.err.write(render::printable(question) + " [y/N] ");
    io.err.flush();
    const auto answer = to_lower(trim(io.in.read_line().value_or("")));
    if (answer != "y" && answer != "yes")
        throw Error(ErrorClass::internal, "nothing was done: the answer was no");
}

}  // namespace prevision::cli
