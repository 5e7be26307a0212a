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

/// The name of the profile that means the embedded platform.
inline constexpr std::string_view embedded_profile = "embedded";

/// A platform across the network, and its token.
struct RemotePlatform {
    std::string url;
    Secret token;
    std::string project;  ///< the profile's; may be empty
};

/// The platform that a command works with; nothing for the embedded one. A flag beats the environment, and the
/// environment the files: --url, else --profile, else PREVISION_URL, else PREVISION_PROFILE, else the default profile,
/// else the embedded platform. The token of a URL is PREVISION_MASTER_TOKEN's. A profile's --token-command is run. `warn`
/// receives what the user should know. Errors: usage for a URL that is not one, or that is empty beside a token;
/// not_found for an unknown profile, auth where there is no token.
std::optional<RemotePlatform> choose_platform(const GlobalOptions& options, const Io& io,
                                              Cancellation& cancellation,
                                              const std::function<void(const std::string&)>& warn);

/// The URL that the command line or the environment gives; nothing where a profile names the platform. Error usage as
/// above.
std::optional<std::string> platform_url(const GlobalOptions& options, const Environment& environment);

/// Error usage when a flag names another platform than the embedded one, for commands that are about that one.
void require_embedded(const GlobalOptions& options);

/// The name of the profile that the command line or the environment names, or of the default one.
std::optional<std::string> profile_name(const GlobalOptions& options, const Environment& environment,
                                        const config::Profiles& profiles);

/// The path of the file of profiles. Error invalid when the environment does not say where it is.
std::filesystem::path profile_path(const Environment& environment);

/// Error usage unless the text can be a platform's URL. `source` names where it comes from: "--url".
void check_platform_url(const std::string& url, const std::string& source);

/// A warning of a token that others can read on its way; nothing for TLS, and for this machine.
std::optional<std::string> plain_text_warning(const std::string& url);

}  // namespace prevision::cli
