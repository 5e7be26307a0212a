#include "cli/platform/choice.hpp"

#include <fmt/format.h>

#include "cli/github_actions.hpp"
#include "cli/secret_command.hpp"
#include "config/paths.hpp"
#include "core/error.hpp"
#include "net/url.hpp"

namespace prevision::cli {

namespace {

std::optional<std::string> given(const std::string& option, const Environment& environment,
                                 const std::string& variable) {
    return option.empty() ? environment.get(variable) : option;
}

RemotePlatform platform_of_url(const std::string& url, const std::string& source, const Io& io) {
    check_platform_url(url, source);
    auto token = io.environment.get("PREVISION_MASTER_TOKEN");
    if (!token) {
        throw Error(ErrorClass::auth,
                    fmt::format("no token for {}: PREVISION_MASTER_TOKEN is not set", net::mask_url(url)),
                    "export PREVISION_MASTER_TOKEN=..., or 'prevision login' and leave the URL out");
    }
    return {.url = url, .token = Secret(std::move(*token)), .project = {}};
}

RemotePlatform platform_of_profile(const config::Profile& profile, const GlobalOptions& options,
                                   Cancellation& cancellation) {
    if (profile.url.empty()) {
        throw Error(ErrorClass::invalid, fmt::format("the profile '{}' has no url", profile.name),
                    fmt::format("prevision login --profile {} --url URL", profile.name));
    }
    check_platform_url(profile.url, fmt::format("the url of the profile '{}'", profile.name));
    Secret token = profile.token;
    if (!profile.token_command.empty()) {
        token = read_secret_command(profile.token_command,
                                    fmt::format("the token command of the profile '{}'", profile.name),
                                    options.time_limit(), cancellation);
    }
    if (token.empty()) {
        throw Error(ErrorClass::auth,
                    fmt::format("no token for {}: the profile '{}' has none", profile.url, profile.name),
                    fmt::format("prevision login --profile {}", profile.name));
    }
    return {.url = profile.url, .token = std::move(token), .project = profile.project};
}

bool is_this_machine(const std::string& host) {
    return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
}

}  // namespace

std::filesystem::path profile_path(const Environment& environment) {
    if (auto file = config::profile_file(environment)) return *file;
    throw Error(ErrorClass::invalid, "there is no place for profiles: HOME is not set",
                "set HOME or XDG_CONFIG_HOME");
}

std::optional<std::string> platform_url(const GlobalOptions& options, const Environment& environment) {
    if (!options.url.empty()) return options.url;
    if (!options.profile.empty()) return std::nullopt;
    auto url = environment.get("PREVISION_URL");
    if (!url && environment.get_raw("PREVISION_URL") && environment.get("PREVISION_MASTER_TOKEN")) {
        throw Error(ErrorClass::usage, "PREVISION_URL is empty, although PREVISION_MASTER_TOKEN has a token",
                    "give it the platform's URL; to use a profile or the embedded platform, unset both");
    }
    return url;
}

std::optional<std::string> profile_name(const GlobalOptions& options, const Environment& environment,
                                        const config::Profiles& profiles) {
    if (auto name = given(options.profile, environment, "PREVISION_PROFILE")) return name;
    if (profiles.chosen.empty()) return std::nullopt;
    return profiles.chosen;
}

void check_platform_url(const std::string& url, const std::string& source) {
    if (net::mask_url(url) != url) {
        throw Error(
            ErrorClass::usage,
            fmt::format("{}: '{}' has a user or a password, which a platform does not take", source,
                        net::mask_url(url)),
            "give it as https://HOST, and the token in PREVISION_MASTER_TOKEN or by 'prevision login'");
    }
    const auto parsed = net::parse_http_url(url);
    if (parsed && !parsed->has_query && !parsed->has_fragment) return;
    const bool has_scheme = url.find("://") != std::string::npos;
    throw Error(ErrorClass::usage,
                fmt::format("{}: '{}' {}", source, url,
                            has_scheme ? "cannot be a platform's URL"
                                       : "is not a URL: it does not begin with https://"),
                has_scheme
                    ? "give it as https://HOST or https://HOST:PORT"
                    : fmt::format("did you mean {}://{}?",
                                  is_this_machine(url.substr(0, url.find(':'))) ? "http" : "https", url));
}

void require_embedded(const GlobalOptions& options) {
    const bool is_remote = !options.profile.empty() && options.profile != embedded_profile;
    if (options.url.empty() && !is_remote) return;
    const std::string flag = is_remote ? "--profile" : "--url";
    throw Error(ErrorClass::usage,
                fmt::format("{}: this command is for the embedded platform of this machine", flag),
                fmt::format("leave {} out", flag));
}

std::optional<std::string> plain_text_warning(const std::string& url) {
    const auto parsed = net::parse_http_url(url);
    if (!parsed || parsed->scheme != "http" || is_this_machine(parsed->host)) return std::nullopt;
    return fmt::format("{} has no TLS: others can read the token on its way; use https", parsed->origin());
}

std::optional<RemotePlatform> choose_platform(const GlobalOptions& options, const Io& io,
                                              Cancellation& cancellation,
                                              const std::function<void(const std::string&)>& warn) {
    std::optional<RemotePlatform> platform;
    if (const auto url = platform_url(options, io.environment)) {
        if (!options.url.empty() && !options.profile.empty())
            warn(fmt::format("the profile '{}' is not used, since --url names a platform", options.profile));
        platform = platform_of_url(*url, options.url.empty() ? "PREVISION_URL" : "--url", io);
    } else {
        const auto file = config::profile_file(io.environment);
        const auto profiles = file ? config::read_profiles(*file) : config::Profiles{};
        const auto name = profile_name(options, io.environment, profiles);
        if (!name || *name == embedded_profile) return std::nullopt;
        const auto* const profile = profiles.find(*name);
        if (profile == nullptr) {
            throw Error(ErrorClass::not_found, fmt::format("no profile is named '{}'", *name),
                        "'prevision profile list' shows what there is");
        }
        platform = platform_of_profile(*profile, options, cancellation);
    }
    if (!options.json_errors()) mask_secret(platform->token, io.environment, io.err);
    if (const auto warning = plain_text_warning(platform->url)) warn(*warning);
    return platform;
}

}  // namespace prevision::cli
