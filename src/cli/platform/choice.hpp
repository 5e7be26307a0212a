#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/global_options.hpp"
#include "config/profiles.hpp"
#include "core/cancellation.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// The profile that stands for the embedded platform.
inline constexpr std::string_view embedded_profile = "embedded";

/// A platform across the network, and how it lets one in.
struct RemotePlatform {
    std::string url;
    Secret token;
    std::string project;  ///< the profile's; may be empty
};

/// The platform that a command is about: --url, else PREVISION_URL, with PREVISION_MASTER_TOKEN; else the
/// profile: --profile, else PREVISION_PROFILE, else the chosen one; else nothing, which is the embedded
/// platform. A profile's --token-command is run. `warn` is told what the user should know. Errors: usage for
/// a URL that is none, not_found for a profile that is none, auth where there is no token.
std::optional<RemotePlatform> choose_platform(const GlobalOptions& options, const Io& io,
                                              Cancellation& cancellation,
                                              const std::function<void(const std::string&)>& warn);

/// The name of the profile that the command line or the environment names, or that is the chosen one.
std::optional<std::string> profile_name(const GlobalOptions& options, const Environment& environment,
                                        const config::Profiles& profiles);

/// The file of profiles. Error invalid where there is no place for it.
std::filesystem::path profile_path(const Environment& environment);

/// Error usage unless the text is a URL that can be a platform's. `source` is where it comes from: "--url".
void check_platform_url(const std::string& url, const std::string& source);

/// A line to warn of a token that anybody on the way can read; nothing for TLS, and for this machine.
std::optional<std::string> plain_text_warning(const std::string& url);

}  // namespace prevision::cli
