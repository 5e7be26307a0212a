#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "cli/apply/declaration.hpp"
#include "cli/apply/state.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

/// The secrets of a declared connector, or why they could not be read.
struct DeclaredSecrets {
    std::map<std::string, Secret> texts;
    std::map<std::string, Secret> objects;  ///< JSON objects
    std::optional<Error> failure;

    [[nodiscard]] bool empty() const { return texts.empty() && objects.empty(); }
    /// As a request has them: {"password": "..."}. The caller wipes it.
    [[nodiscard]] std::string to_json() const;
};

using SecretsByConnector = std::map<const Declared*, DeclaredSecrets>;

bool has_secrets(const Declared& declared);

/// The fields of the password's sources that are set.
std::vector<std::string> password_sources(const Declared& declared);

/// The path of a file that a declaration names: relative to the file of the declaration.
std::filesystem::path beside(const Declared& declared, const std::string& path);

/// Reads the secret of an option other than the password. Errors have the place of the field.
Secret read_secret_of(const Declared& declared, const sources::Option& option, Console& console);

/// Reads the sources of all secrets that are declared. One that fails keeps its Error, with the place in the file.
SecretsByConnector read_secrets(const Declarations& declarations, Services& services);

/// How the platform's secrets of a connector compare with the declared ones: "password differs", "password same"
/// or "password not compared" for each, joined; and whether any differs.
struct SecretComparison {
    std::string text;
    bool differs = false;
    bool is_whole = true;  ///< whether all of them were compared
};
SecretComparison compare_secrets(const DeclaredSecrets& secrets, const PlatformObject& there,
                                 Services& services);

}  // namespace prevision::cli
