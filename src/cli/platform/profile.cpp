#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/platform/shown_profile.hpp"
#include "config/paths.hpp"

namespace prevision::cli {

namespace {

config::Profiles read_all(Services& services) {
    const auto file = config::profile_file(services.io().environment);
    return file ? config::read_profiles(*file) : config::Profiles{};
}

const config::Profile& find(const config::Profiles& profiles, const std::string& name) {
    if (const auto* const profile = profiles.find(name)) return *profile;
    throw Error(ErrorClass::not_found, fmt::format("no profile is named '{}'", name),
                "'prevision profile list' shows what there is");
}

void run_list(const ListOptions& options, Services& services) {
    const auto profiles = read_all(services);
    auto listing = make_listing(services, options, profile_fields());
    for (const auto& profile : profiles.all) {
        if (!listing.add(to_row(profile_fields(), to_shown(profile, profiles.chosen)))) break;
    }
    listing.finish();
    if (listing.count() == 0) say_list_is_empty(services, options, "profile", "login");
}

void run_use(const std::string& name, Services& services) {
    const config::Profile embedded{.name = std::string(embedded_profile)};
    const auto profiles = read_all(services);
    const auto& profile = name == embedded_profile ? embedded : find(profiles, name);
    config::choose_profile(profile_path(services.io().environment), name);
    show_done(services, profile_fields(), to_shown(profile, name),
              fmt::format("the default platform is '{}' from now on", name));
}

void run_show(const std::string& name, Services& services) {
    const auto profiles = read_all(services);
    const auto wanted =
        name.empty() ? profile_name(services.options(), services.io().environment, profiles) : name;
    if (!wanted || *wanted == embedded_profile) {
        throw Error(ErrorClass::not_found, "no profile is chosen: the embedded platform is used",
                    "'prevision login' creates a profile, 'prevision profile use NAME' makes it the default");
    }
    show_object(services, profile_fields(), to_shown(find(profiles, *wanted), profiles.chosen));
}

}  // namespace

void add_profile(Command& root, Services& services) {
    auto command = root.subcommand("profile", "The platforms that have names", {"profiles"});
    auto list = command.subcommand("list", "List the profiles", {"ls"});
    auto& options = list.keep<ListOptions>();
    add_list_options(list, options, column_names(profile_fields()));
    list.example("prevision profile list");
    list.action([&options, &services] { run_list(options, services); });

    auto use = command.subcommand("use", "Make a profile the default");
    auto& used = use.keep<std::string>();
    use.argument("NAME", used, "Its name; 'embedded' is the embedded platform", true,
                 {.completes = Completes::profile});
    use.example("prevision profile use work");
    use.action([&used, &services] { run_use(used, services); });

    auto show = command.subcommand("show", "Show a profile, without its token", {"get"});
    auto& name = show.keep<std::string>();
    show.argument("[NAME]", name, "Its name; without it the one in use", false,
                  {.missing = "a profile's name", .completes = Completes::profile});
    show.example("prevision profile show work -o json");
    show.action([&name, &services] { run_show(name, services); });
}

}  // namespace prevision::cli
