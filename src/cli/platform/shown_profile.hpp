#pragma once

#include <string>
#include <vector>

#include "cli/verbs/listing.hpp"
#include "config/profiles.hpp"

namespace prevision::cli {

/// A profile as it is shown: never with its token.
struct ShownProfile {
    std::string id;  // its name
    std::string url;
    std::string project;
    std::string token;
    bool chosen = false;
    std::string document;
};

/// `chosen` is the name of the default profile.
ShownProfile to_shown(const config::Profile& profile, const std::string& chosen);

const std::vector<Field<ShownProfile>>& profile_fields();

}  // namespace prevision::cli
