#pragma once

#include <filesystem>
#include <optional>

#include "core/environment.hpp"

namespace prevision::config {

/// Where the embedded platform keeps its state: $PREVISION_HOME, else $XDG_DATA_HOME/prevision, else
/// ~/.local/share/prevision (XDG Base Directory Specification). Error invalid when none is set, usage for a
/// PREVISION_HOME that begins with "~".
std::filesystem::path platform_home(const Environment& environment);

/// The file of the vault's key that $PREVISION_VAULT_KEY_FILE names; nothing where it names none. Error usage when it begins
/// with "~".
std::optional<std::filesystem::path> vault_key_file(const Environment& environment);

/// Where profiles are kept: $XDG_CONFIG_HOME/prevision/config.json, else below ~/.config. Nothing when
/// neither is set.
std::optional<std::filesystem::path> profile_file(const Environment& environment);

/// Where caches are kept: $XDG_CACHE_HOME/prevision, else ~/.cache/prevision; nothing when
/// neither is set.
std::optional<std::filesystem::path> cache_home(const Environment& environment);

}  // namespace prevision::config
