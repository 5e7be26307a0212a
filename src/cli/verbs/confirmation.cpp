#include "cli/verbs/confirmation.hpp"

#include "core/text.hpp"

namespace prevision::cli {

void confirm(const std::string& question, bool yes, Console& console) {
    if (yes) return;
    if (!may_prompt(console.options(), console.io())) {
        throw Error(ErrorClass::usage, "nothing was done, because nobody can be asked: " + question,
                    "--yes goes on without asking");
    }
    const auto answer = to_lower(trim(console.ask(question + " [y/N] ").value_or("")));
    if (answer != "y" && answer != "yes")
        throw Error(ErrorClass::internal, "nothing was done: the answer was no");
}

}  // namespace prevision::cli
