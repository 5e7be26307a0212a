#include "cli/platform/shown_profile.hpp"

#include "model/json_builder.hpp"

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
    result.document = model::JsonObject()
                          .text("name", result.id)
                          .text_or_null("url", result.url)
                          .text_or_null("project", result.project)
                          .text("token", result.token)
                          .value("default", result.chosen)
                          .finish();
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
