#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.hpp"

/// The platforms that the user knows by name, in a JSON file that is the user's to edit: fields that this
/// program does not know are kept. Every function throws Error invalid, naming the file, when it is damaged.
namespace prevision::config {

struct Profile {
    std::string name;
    std::string url;
    std::string project;        ///< may be empty
    Secret token;               ///< empty where it is not stored
    std::string token_command;  ///< what prints the token, where that is asked at each use
};

struct Profiles {
    std::string chosen;  ///< the name of the one that is used by itself; may be empty
    std::vector<Profile> all;

    [[nodiscard]] const Profile* find(const std::string& name) const;
};

/// None where there is no file.
Profiles read_profiles(const std::filesystem::path& file);

// What changes the file makes it readable by its owner alone, and waits for another program that changes it.

/// Adds a profile or changes the one of that name; the first one becomes the chosen one.
void save_profile(const std::filesystem::path& file, const Profile& profile);

/// Forgets how a profile comes by its token. Whether there was anything to forget.
bool forget_token(const std::filesystem::path& file, const std::string& name);

/// Takes a profile out. Whether it was there.
bool remove_profile(const std::filesystem::path& file, const std::string& name);

/// Makes a profile the one that is used by itself.
void choose_profile(const std::filesystem::path& file, const std::string& name);

}  // namespace prevision::config
