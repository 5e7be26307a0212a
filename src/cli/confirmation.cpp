#include "cli/confirmation.hpp"

#include "core/text.hpp"

namespace prevision::cli {

void confirm(const std::string& question, bool yes, Services& services) {
    auto& io = services.io();
    if (yes || !may_prompt(services.options(), io)) return;
    io.err.write(render::printable(question) + " [y/N] ");
    io.err.flush();
    const auto answer = to_lower(trim(io.in.read_line().value_or("")));
    if (answer != "y" && answer != "yes")
        throw Error(ErrorClass::internal, "nothing was done: the answer was no");
}

}  // namespace prevision::cli
