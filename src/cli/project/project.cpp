#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"

namespace prevision::cli {

namespace {

using model::Project;

template <typename Object>
bool any(const Object& /*object*/) {
    return true;
}

void remove_contents(Services& services, const Project& project) {
    auto& client = services.client();
    remove_listed<model::Dataset>([&](const auto& each) { client.list<model::Dataset>(project.id, each); },
                                  any<model::Dataset>,
                                  [&](const auto& dataset) { client.remove<model::Dataset>(dataset); });
    remove_listed<model::Exporter>([&](const auto& each) { client.list<model::Exporter>(project.id, each); },
                                   any<model::Exporter>,
                                   [&](const auto& exporter) { client.remove<model::Exporter>(exporter); });
    remove_listed<model::Datasource>(
        [&](const auto& each) { client.list<model::Datasource>(project.id, each); }, any<model::Datasource>,
        [&](const auto& datasource) { client.remove<model::Datasource>(datasource); });
    remove_listed<model::Connector>(
        [&](const auto& each) { client.list<model::Connector>(project.id, each); }, any<model::Connector>,
        [&](const auto& connector) { client.remove<model::Connector>(connector); });
}

Noun<Project> project_noun() {
    return {.name = "project",
            .completes = Completes::project,
            .fields = {text("id", &Project::id), text("name", &Project::name),
                       text("description", &Project::description), extra(text("color", &Project::color)),
                       extra(time("created_at", &Project::created_at))},
            .list = [](Services& services, const auto& each) { services.client().list_projects(each); },
            .find = [](Services& services,
                       const std::string& name) { return find_project(services.client(), name); },
            .remove =
                [](Services& services, const Project& project) {
                    services.client().remove<model::Project>(api::refer_to(project));
                },
            .remove_dependents = remove_contents};
}

struct CreateOptions {
    Project project;
    IfExists if_exists;
};

Project run_create(const CreateOptions& options, Services& services) {
    auto& client = services.client();
    const auto existing = settle_existing<Project>(
        services, options.if_exists, "project", options.project.name,
        [&](const auto& each) { client.list_named<model::Project>({}, options.project.name, each); });
    return existing ? *existing : client.create_project(options.project, options.if_exists.names());
}

}  // namespace

void add_project(Command& root, Services& services) {
    auto command =
        root.subcommand("project", "What holds connectors, datasources and datasets", {"projects"});
    const auto& noun = command.keep<Noun<Project>>(project_noun());
    add_list_verb(command, services, noun);

    auto create = command.subcommand("create", "Create a project");
    auto& options = create.keep<CreateOptions>();
    options.project.color = "#3C6DF0";
    create.argument("NAME", options.project.name, "The project's name");
    create.option("--description", options.project.description, "What it is for");
    create.option("--project-color", options.project.color, "Its colour on the platform",
                  {.value = "#RRGGBB"});
    add_if_exists(create, options.if_exists, false);
    create.example("prevision project create churn --description 'Who leaves, and why'");
    create.action(
        [&options, &noun, &services] { show_object(services, noun.fields, run_create(options, services)); });

    add_show_verb(command, services, noun);
    add_delete_verb(command, services, noun);
}

}  // namespace prevision::cli
