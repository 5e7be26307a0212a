#include "cli/platform/build_info.hpp"

#include <fmt/format.h>

#include "cli/platform/build_facts.hpp"  // made at each build: src/cli/build_facts.cmake

namespace prevision::cli {

const BuildInfo& build_info() {
    static constexpr BuildInfo info{
#ifdef __clang__
        .compiler = "Clang " __clang_version__,
#else
        .compiler = "GCC " __VERSION__,
#endif
        .type = PREVISION_BUILD_TYPE,
        .package = PREVISION_PACKAGE,
        .commit = PREVISION_COMMIT};
    return info;
}

std::string describe(const BuildInfo& info) {
    std::string origin = "from sources without a commit";
    if (!info.package.empty()) origin = info.package;
    if (!info.commit.empty()) origin = fmt::format("commit {}", info.commit);
    return fmt::format("{}, {}, {}", info.compiler, info.type, origin);
}

}  // namespace prevision::cli
