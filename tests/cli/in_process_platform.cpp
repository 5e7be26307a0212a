#include "cli/in_process_platform.hpp"

#include <stdexcept>

namespace prevision::testing {

RunResult EmbeddedPrevision::operator()(const std::vector<std::string>& arguments, const std::string& input,
                                        const std::map<std::string, std::string>& environment) const {
    std::map<std::string, std::string> variables{{"PATH", "/usr/bin:/bin"},
                                                 {"PREVISION_HOME", home().string()}};
    for (const auto& [name, value] : environment) variables[name] = value;
    MemoryIo memory;
    memory.in.text = input;
    auto io = memory.io(variables);
    Cancellation cancellation;
    RunResult result;
    result.exit_code = cli::run(arguments, io, cancellation);
    result.out = memory.out.text;
    result.err = memory.err.text;
    return result;
}

std::string EmbeddedPrevision::ok(const std::vector<std::string>& arguments, const std::string& input) const {
    const auto result = (*this)(arguments, input);
    if (result.exit_code != 0) {
        throw std::runtime_error("prevision " + join(arguments, " ") + " ended with " +
                                 std::to_string(result.exit_code) + ": " + result.err);
    }
    return result.out;
}

}  // namespace prevision::testing
