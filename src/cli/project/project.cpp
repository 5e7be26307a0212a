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

struct CreateOptions {
    Project project;
    IfExists if_exists;
};

Project run_create(const CreateOptions& options, Services& services) {
    return create_unless_taken<Project>(
        services, options.if_exists, options.project.name,
        [&](api::Names names) { return services.client().create_project(options.project, names); });
}

void add_create(Command& command, Services& services, const Noun<Project>& noun) {
    auto verb = command.subcommand("create", "Create a project");
    auto& options = verb.keep<CreateOptions>();
    options.project.color = "#3C6DF0";
    verb.argument("NAME", options.project.name, "The project's name");
    verb.option("--description", options.project.description, "What it is for");
    verb.option("--project-color", options.project.color, "Its colour on the platform", {.value = "#RRGGBB"});
    add_if_exists(verb, options.if_exists, false);
    verb.example("prevision project create churn --description 'Which customers leave'");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

struct UpdateOptions {
    std::string name;
    std::optional<std::string> new_name;
    std::optional<std::string> description;
    std::optional<std::string> color;
};

Project run_update(const UpdateOptions& options, Services& services) {
    model::JsonObject changes;
    changes.text_if_given("description", options.description).text_if_given("color", options.color);
    return send_changes(services, find<Project>(services, options.name), options.new_name,
                        std::move(changes));
}

void add_update(Command& command, Services& services, const Noun<Project>& noun) {
    auto verb = command.subcommand("update", "Change the given fields of a project");
    auto& options = verb.keep<UpdateOptions>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::project});
    add_new_name(verb, options.new_name);
    verb.option("--description", options.description, "What it is for");
    verb.option("--project-color", options.color, "Its colour on the platform", {.value = "#RRGGBB"});
    verb.example("prevision project update my_project --name churn");
    show_result_of(verb, services, noun, [&options, &services] { return run_update(options, services); });
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
