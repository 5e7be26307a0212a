#include "config/paths.hpp"

#include <string>

#include "core/error.hpp"

namespace prevision::config {

namespace {

/// The program's folder in the one that `variable` names, or that is `below` the user's home. The specification says
/// to ignore a relative path.
std::optional<std::filesystem::path> own_folder(const Environment& environment, const std::string& variable,
                                                const std::string& below) {
    if (const auto base = environment.get(variable); base && base->starts_with('/'))
        return std::filesystem::path(*base) / "prevision";
    if (const auto home = environment.get("HOME")) return std::filesystem::path(*home) / below / "prevision";
    return std::nullopt;
}

/// Error usage for a path that begins with "~": it would name a folder of that name below the working directory.
void refuse_tilde(const std::string& variable, const std::string& path) {
    if (!path.starts_with('~')) return;
    throw Error(ErrorClass::usage, variable + ": '" + path + "' begins with '~', which only a shell expands",
                "leave out the quotes around it, or write $HOME");
}

}  // namespace

std::filesystem::path platform_home(const Environment& environment) {
    if (const auto home = environment.get("PREVISION_HOME")) {
        refuse_tilde("PREVISION_HOME", *home);
        return std::filesystem::absolute(*home);
    }
    if (auto folder = own_folder(environment, "XDG_DATA_HOME", ".local/share")) return *folder;
    throw Error(ErrorClass::invalid, "there is no place for the platform's state: HOME is not set",
                "set PREVISION_HOME to a folder");
}

std::optional<std::filesystem::path> vault_key_file(const Environment& environment) {
    const auto file = environment.get("PREVISION_VAULT_KEY_FILE");
    if (!file) return std::nullopt;
    refuse_tilde("PREVISION_VAULT_KEY_FILE", *file);
    return *file;
}

std::optional<std::filesystem::path> profile_file(const Environment& environment) {
    auto folder = own_folder(environment, "XDG_CONFIG_HOME", ".config");
    if (folder) *folder /= "config.json";
    return folder;
}

std::optional<std::filesystem::path> cache_home(const Environment& environment) {
    return own_folder(environment, "XDG_CACHE_HOME", ".cache");
}

}  // namespace prevision::config
