#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.hpp"

/// The platforms that the user has named, in a JSON file that the user may edit: fields that this program does not
/// know are kept. Every function throws Error invalid, naming the file, when it is damaged.
namespace prevision::config {

struct Profile {
    std::string name;
    std::string url;
    std::string project;        ///< may be empty
    Secret token;               ///< empty when it is not stored
    std::string token_command;  ///< a command that prints the token, run at each use
};

struct Profiles {
    std::string chosen;  ///< name of the default profile; may be empty
    std::vector<Profile> all;

    [[nodiscard]] const Profile* find(const std::string& name) const;
};

/// Empty when there is no file.
Profiles read_profiles(const std::filesystem::path& file);

// Each call that changes the file makes it readable by its owner only, and waits while another program changes it.

/// Adds a profile or changes the one of that name; the first one becomes the default.
void save_profile(const std::filesystem::path& file, const Profile& profile);

/// Removes a profile's token or token command. Returns whether it had one.
bool forget_token(const std::filesystem::path& file, const std::string& name);

/// Removes a profile. Returns whether it existed.
bool remove_profile(const std::filesystem::path& file, const std::string& name);

/// Makes a profile the default.
void choose_profile(const std::filesystem::path& file, const std::string& name);

}  // namespace prevision::config
