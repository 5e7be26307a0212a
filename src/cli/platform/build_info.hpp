#pragma once

#include <string>
#include <string_view>

namespace prevision::cli {

/// How this program was built.
struct BuildInfo {
    std::string_view compiler;  ///< "GCC 12.2.0"
    std::string_view type;      ///< "Release with link-time optimisation"
    std::string_view package;   ///< "Debian package 0.2.0"; empty when built from a source tree
    std::string_view commit;    ///< of that tree, as git describes it; empty when unknown, and in a package
};

const BuildInfo& build_info();

/// For people: "GCC 12.2.0, Release, commit 0123456789".
std::string describe(const BuildInfo& info);

}  // namespace prevision::cli
