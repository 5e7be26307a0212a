#include "config/paths.hpp"

#include <string>

#include "core/error.hpp"

namespace prevision::config {

std::filesystem::path platform_home(const Environment& environment) {
    if (const auto home = environment.get("PREVISION_HOME")) {
        if (home->starts_with('~')) {
            throw Error(
                ErrorClass::usage,
                "PREVISION_HOME is '" + *home + "', and only a shell replaces the '~', outside of quotes",
                "write $HOME instead of ~, or ./~ for a folder of that name");
        }
        return std::filesystem::absolute(*home);
    }
    // The specification has a relative path ignored.
    if (const auto data = environment.get("XDG_DATA_HOME"); data && data->starts_with('/')) {
        return std::filesystem::path(*data) / "prevision";
    }
    if (const auto home = environment.get("HOME"))
        return std::filesystem::path(*home) / ".local/share/prevision";
    throw Error(ErrorClass::invalid, "cannot tell where to keep the platform's state: HOME is not set",
                "set PREVISION_HOME to a folder");
}

std::optional<std::filesystem::path> profile_file(const Environment& environment) {
    if (const auto config = environment.get("XDG_CONFIG_HOME"); config && config->starts_with('/')) {
        return std::filesystem::path(*config) / "prevision/config.json";
    }
    if (const auto home = environment.get("HOME"))
        return std::filesystem::path(*home) / ".config/prevision/config.json";
    return std::nullopt;
}

std::optional<std::filesystem::path> cache_home(const Environment& environment) {
    if (const auto cache = environment.get("XDG_CACHE_HOME"); cache && cache->starts_with('/'))
        return std::filesystem::path(*cache) / "prevision";
    if (const auto home = environment.get("HOME")) return std::filesystem::path(*home) / ".cache/prevision";
    return std::nullopt;
}

}  // namespace prevision::config
