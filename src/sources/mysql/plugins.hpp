#pragma once

#include <optional>
#include <string>

namespace prevision::sources::mysql {

/// The folder of libmariadb's login plugins that an archive brings along: `lib/prevision/mariadb` beside the folder of
/// the program. Nothing when there is none: libmariadb then knows its own. The program is that of this process.
std::optional<std::string> bundled_plugins(const std::string& program = "/proc/self/exe");

}  // namespace prevision::sources::mysql
