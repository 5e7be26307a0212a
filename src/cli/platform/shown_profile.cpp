#include "cli/platform/shown_profile.hpp"

#include "model/json.hpp"

namespace prevision::cli {

ShownProfile to_shown(const config::Profile& profile, const std::string& chosen) {
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

const std::vector<Field<ShownProfile>>& profile_fields() {
    static const std::vector<Field<ShownProfile>> all{
        text("name", &ShownProfile::id),
        text("url", &ShownProfile::url),
        text("project", &ShownProfile::project),
        text("token", &ShownProfile::token),
        {{"default"}, [](const ShownProfile& profile) { return cell(profile.chosen ? "yes" : "no"); }}};
    return all;
}

}  // namespace prevision::cli
