#include <algorithm>

#include <fmt/format.h>

#include "cli/completion/shell_words.hpp"
#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/platform/shown_profile.hpp"
#include "cli/verbs/secret_options.hpp"

namespace prevision::cli {

namespace {

struct LoginOptions {
    SecretOptions token{.noun = "token"};
};

/// The profile that is created or changed, as it is now.
config::Profile profile_to_change(Services& services, const config::Profiles& profiles) {
    const auto& options = services.options();
    const auto& environment = services.io().environment;
    auto name = profile_name(options, environment, profiles).value_or("default");
    // The embedded platform is only the default: logging in makes another profile.
    const bool is_named = !options.profile.empty() || environment.get("PREVISION_PROFILE");
    if (name == embedded_profile && !is_named) name = "default";
    const bool odd =
        std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
    if (name == embedded_profile || odd) {
        throw Error(ErrorClass::usage, fmt::format("--profile: '{}' cannot be the name of a profile", name),
                    fmt::format("'{}' is the embedded platform, which needs no token", embedded_profile));
    }
    const auto* const existing = profiles.find(name);
    return existing != nullptr ? *existing : config::Profile{.name = name};
}

std::string url_to_use(Services& services, const config::Profile& profile) {
    const auto& options = services.options();
    const auto& environment = services.io().environment;
    // A profile that a flag names keeps its URL; a new one may take that of the environment.
    auto url = platform_url(options, environment);
    if (!url && profile.url.empty()) url = environment.get("PREVISION_URL");
    if (url) {
        check_platform_url(*url, options.url.empty() ? "PREVISION_URL" : "--url");
        return *url;
    }
    if (!profile.url.empty()) return profile.url;
    throw Error(ErrorClass::usage, "login: the platform's URL is missing",
                "prevision login --url https://HOST");
}

void check(const std::string& url, const Secret& token, Services& services) {
    try {
        services.check_token(url, token);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::auth) throw;
        Error refused(ErrorClass::auth, fmt::format("login: {} refuses the token", url),
                      "check that the token is complete and belongs to this platform; nothing was saved");
        if (error.status()) refused.with_status(*error.status());
        throw refused;
    }
}

void run_login(const LoginOptions& options, Services& services) {
    const auto file = profile_path(services.io().environment);
    auto profile = profile_to_change(services, config::read_profiles(file));
    const auto url = url_to_use(services, profile);
    if (const auto warning = plain_text_warning(url)) services.warn(*warning);
    auto token = read_secret(options.token, services);
    if (!token) {
        if (!may_prompt(services.options(), services.io())) {
            throw Error(ErrorClass::usage, "login: no token is given",
                        "give its source: --token-stdin, --token-file, --token-env or --token-command");
        }
        token = prompt_for_secret(fmt::format("Token for {}", url), services, "token");
    }
    if (token->empty()) throw Error(ErrorClass::usage, "login: the token is empty");
    check(url, *token, services);
    if (!profile.url.empty() && profile.url != url) {
        services.message(fmt::format("the profile '{}' had the URL {} before", profile.name, profile.url));
        profile.project.clear();
    }
    profile.url = url;
    profile.token_command = options.token.command.value_or("");
    profile.token = options.token.command ? Secret() : std::move(*token);
    if (!services.options().project.empty()) profile.project = services.options().project;
    config::save_profile(file, profile);
    const auto chosen = config::read_profiles(file).chosen;
    show_done(services, profile_fields(), to_shown(profile, chosen),
              fmt::format("logged in to {} as the profile '{}'", url, profile.name));
    if (!chosen.empty() && chosen != profile.name) {
        services.message(
            fmt::format("'{}' is used as before; prevision profile use {}, or --profile {}, uses "
                        "this one",
                        chosen, quote_for_shell(profile.name), quote_for_shell(profile.name)));
    }
}

void run_logout(bool remove, Services& services) {
    const auto file = profile_path(services.io().environment);
    const auto profiles = config::read_profiles(file);
    const auto name = profile_name(services.options(), services.io().environment, profiles);
    const auto* const profile = name ? profiles.find(*name) : nullptr;
    if (profile == nullptr) {
        throw Error(
            ErrorClass::not_found,
            name ? fmt::format("no profile is named '{}'", *name) : std::string("no profile is chosen"),
            "'prevision profile list' shows what there is");
    }
    auto shown = to_shown(*profile, profiles.chosen);
    std::string message;
    if (remove) {
        config::remove_profile(file, *name);
        message = fmt::format("removed the profile '{}'", *name);
    } else {
        message = config::forget_token(file, *name)
                      ? fmt::format("logged out: the profile '{}' has no token any more", *name)
                      : fmt::format("the profile '{}' had no token", *name);
        shown = to_shown({.name = *name, .url = profile->url, .project = profile->project}, profiles.chosen);
    }
    show_done(services, profile_fields(), shown, message);
}

}  // namespace

void add_login(Command& root, Services& services) {
    auto login = root.subcommand("login", "Keep a platform's URL and token as a profile");
    auto& options = login.keep<LoginOptions>();
    add_secret_options(login, options.token, false);
    login.example("prevision login --url https://cloud.example.com");
    login.example("prevision login --url https://cloud.example.com --profile work --token-stdin < token.txt");
    login.example("prevision login --url https://cloud.example.com --token-command 'pass show prevision'");
    login.action([&options, &services] { run_login(options, services); });

    auto logout = root.subcommand("logout", "Forget a profile's token");
    auto& remove = logout.keep<bool>(false);
    logout.flag("--remove", remove, "Remove the whole profile");
    logout.example("prevision logout --profile work");
    logout.action([&remove, &services] { run_logout(remove, services); });
}

}  // namespace prevision::cli
