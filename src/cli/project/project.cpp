#include "cli/nouns.hpp"
#include "cli/verbs/changes.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"

namespace prevision::cli {

namespace {

using model::Project;

template <typename Object>
void gather_all(Services& services, const Project& project, std::vector<Dependent>& found) {
    gather_dependents<Object>(
        services, project.id, [](const Object& /*object*/) { return true; }, found);
}

std::vector<Dependent> contents(Services& services, const Project& project) {
    std::vector<Dependent> found;
    gather_all<model::Dataset>(services, project, found);
    gather_all<model::Exporter>(services, project, found);
    gather_all<model::Datasource>(services, project, found);
    gather_all<model::Connector>(services, project, found);
    return found;
}

Noun<Project> project_noun() {
    return {.completes = Completes::project,
            .fields = {id_field<Project>(), text("name", &Project::name),
                       text("description", &Project::description), extra(text("color", &Project::color)),
                       extra(time("created_at", &Project::created_at))},
            .dependents = contents};
}

/// What `create` and `update` take.
struct ProjectOptions {
    std::string name;
    std::optional<std::string> new_name;
    std::optional<std::string> description;
    std::optional<std::string> color;
    IfExists if_exists;
};

void add_description(Command& verb, ProjectOptions& options) {
    verb.option("--description", options.description, "What it is for");
    verb.option("--project-color", options.color, "Its colour on the platform", {.value = "#RRGGBB"});
}

Project update_project(const ProjectOptions& options, const Project& found, Services& services) {
    model::JsonObject changes;
    changes.text_if_given("description", options.description).text_if_given("color", options.color);
    return send_changes(services, found, options.new_name, std::move(changes));
}

Project run_create(const ProjectOptions& options, Services& services) {
    const Project project{.name = options.name,
                          .description = options.description.value_or(""),
                          .color = options.color.value_or("#3C6DF0")};
    return create_unless_taken<Project>(
        services, options.if_exists, options.name,
        [&](api::Names names) { return services.client().create_project(project, names); },
        [&](const Project& found) {
            const bool changes = options.description || options.color;
            return changes ? update_project(options, found, services) : found;
        });
}

void add_create(Command& command, Services& services, const Noun<Project>& noun) {
    auto verb = command.subcommand("create", "Create a project");
    auto& options = verb.keep<ProjectOptions>();
    verb.argument("NAME", options.name, "The project's name");
    add_description(verb, options);
    add_if_exists(verb, options.if_exists, true);
    verb.example("prevision project create churn --description 'Which customers leave'");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

void add_update(Command& command, Services& services, const Noun<Project>& noun) {
    auto verb = command.subcommand("update", "Change the given fields of a project");
    auto& options = verb.keep<ProjectOptions>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::project});
    add_new_name(verb, options.new_name);
    add_description(verb, options);
    verb.detail("An empty value ('') clears a field.");
    verb.example("prevision project update my_project --name churn");
    show_result_of(verb, services, noun, [&options, &services] {
        return update_project(options, find<Project>(services, options.name), services);
    });
}

void add_verbs(Command& command, Services& services) {
    const auto& noun = command.keep<Noun<Project>>(project_noun());
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_update(command, services, noun);
    add_delete_verb(command, services, noun);
}

}  // namespace

void add_project(Command& root, Services& services) {
    root.subcommand("project", "What holds connectors, datasources and datasets", {"projects"})
        .when_reached([&services](Command& command) { add_verbs(command, services); });
}

}  // namespace prevision::cli
