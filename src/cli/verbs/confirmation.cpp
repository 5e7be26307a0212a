#include "cli/verbs/confirmation.hpp"

#include "core/text.hpp"

namespace prevision::cli {

void confirm(const std::string& question, bool yes, Console& console) {
    if (yes) return;
    auto& io = console.io();
    if (!may_prompt(console.options(), io)) {
        throw Error(ErrorClass::usage, "nothing was done, because nobody can be asked: " + question,
                    "--yes goes on without asking");
    }
    io.err.write(render::printable(question) + " [y/N] ");
    io.err.flush();
    const auto answer = to_lower(trim(io.in.read_line().value_or("")));
    if (answer != "y" && answer != "yes")
        throw Error(ErrorClass::internal, "nothing was done: the answer was no");
}

}  // namespace prevision::cli
