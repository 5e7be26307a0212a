#include <fmt/format.h>

#include "cli/listing.hpp"
#include "cli/nouns.hpp"
#include "cli/platform_choice.hpp"
#include "config/paths.hpp"
#include "model/json.hpp"

namespace prevision::cli {

namespace {

/// A profile as it is shown: never with its token.
struct ShownProfile {
    std::string id;  // its name
    std::string url;
    std::string project;
    std::string token;
    bool chosen = false;
    std::string document;
};

ShownProfile shown(const config::Profile& profile, const std::string& chosen) {
    ShownProfile result{.id = profile.name,
                        .url = profile.url,
                        .project = profile.project,
                        .token = !profile.token_command.empty() ? "command"
                                 : profile.token.empty()        ? "none"
                                                                : "stored",
                        .chosen = profile.name == chosen,
                        .document = {}};
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "name", result.id);
    model::write_text_or_null(writer, "url", result.url);
    model::write_text_or_null(writer, "project", result.project);
    model::write_text(writer, "token", result.token);
    writer.Key("default");
    writer.Bool(result.chosen);
    writer.EndObject();
    result.document = buffer.GetString();
    return result;
}

const std::vector<Field<ShownProfile>>& fields() {
    static const std::vector<Field<ShownProfile>> all{
        {{"name"}, [](const ShownProfile& profile) { return cell(profile.id); }},
        {{"url"}, [](const ShownProfile& profile) { return cell(profile.url); }},
        {{"project"}, [](const ShownProfile& profile) { return cell(profile.project); }},
        {{"token"}, [](const ShownProfile& profile) { return cell(profile.token); }},
        {{"default"}, [](const ShownProfile& profile) { return cell(profile.chosen ? "yes" : "no"); }}};
    return all;
}

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
    auto listing = make_listing(services, options, fields());
    for (const auto& profile : profiles.all) {
        if (!listing.add(to_row(fields(), shown(profile, profiles.chosen)))) break;
    }
    listing.finish();
}

void run_use(const std::string& name, Services& services) {
    if (name != embedded_profile) find(read_all(services), name);
    config::choose_profile(profile_path(services.io().environment), name);
    services.message(fmt::format("'{}' is used from now on", name));
}

void run_show(const std::string& name, Services& services) {
    const auto profiles = read_all(services);
    const auto wanted =
        name.empty() ? profile_name(services.options(), services.io().environment, profiles) : name;
    if (!wanted || *wanted == embedded_profile) {
        throw Error(ErrorClass::not_found, "no profile is chosen: the embedded platform is used",
                    "'prevision login' makes a profile, 'prevision profile use NAME' chooses one");
    }
    show_object(services, fields(), shown(find(profiles, *wanted), profiles.chosen));
}

}  // namespace

void add_profile(Command& root, Services& services) {
    auto command = root.subcommand("profile", "The platforms that are known by name", {"profiles"});
    auto list = command.subcommand("list", "List the profiles", {"ls"});
    auto options = std::make_shared<ListOptions>();
    add_list_options(list, *options, column_names(fields()));
    list.example("prevision profile list");
    list.action([options, &services] { run_list(*options, services); });

    auto use = command.subcommand("use", "Make a profile the one that is used by itself");
    auto used = std::make_shared<std::string>();
    use.argument("NAME", *used, "Its name; 'embedded' is the platform within this program", true,
                 {.completes = Completes::profile});
    use.example("prevision profile use work");
    use.action([used, &services] { run_use(*used, services); });

    auto show = command.subcommand("show", "Show a profile, without its token", {"get"});
    auto name = std::make_shared<std::string>();
    show.argument("[NAME]", *name, "Its name; the one in use without it", false,
                  {.completes = Completes::profile});
    show.example("prevision profile show work -o json");
    show.action([name, &services] { run_show(*name, services); });
}

}  // namespace prevision::cli
