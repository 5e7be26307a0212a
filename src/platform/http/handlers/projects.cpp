#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/local_user.hpp"

namespace prevision::platform {

/// A project as the platform's clients expect it. Pipelines and experiments do not exist here: 0.
/// Not in an unnamed namespace, where show_object and list_page could not find it by its argument's type.
static std::string encode_answer(const ProjectRecord& record) {
    return model::JsonObject()
        .text("_id", record.project.id)
        .text("name", record.project.name)
        .text("description", record.project.description)
        .text("color", record.project.color)
        .text("created_by", local_user_id)
        .text("created_at", record.project.created_at)
        .json("admins", model::JsonArray().json(encode_local_user()).finish())
        .json("contributors", "[]")
        .json("viewers", "[]")
        .value("pipelines_count", 0)
        .value("experiments_count", 0)
        .value("dataset_count", record.datasets)
        .finish();
}

namespace {

ProjectRecord get_project(State& state, const std::string& id) {
    return found(state.projects.find(id), "project", id);
}

Answer list_projects(State& state, const RoutedCall& routed) {
    const auto& caller = routed.call.caller;
    const bool is_bound = caller && !caller->project_id.empty();
    return list_page(routed, [&](const Page& page) {
        return is_bound ? state.projects.list_one(caller->project_id, page) : state.projects.list(page);
    });
}

Answer create_project(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    ProjectRecord record;
    record.project.id = new_id();
    record.project.name = body.required_text("name");
    record.project.description = body.text("description");
    record.project.color = body.text("color");
    record.project.created_at = format_time(state.clock.now());
    state.projects.insert(record.project, read_names(routed.query));
    return json_answer(encode_answer(record));
}

Answer update_project(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto change = [&](model::Project& project) {
        if (body.has("name")) project.name = body.required_text("name");
        body.set("description", project.description);
        body.set("color", project.color);
    };
    return json_answer(
        encode_answer(state.projects.update(routed.parameters.at(0), change, read_names(routed.query))));
}

Answer remove_project(State& state, const RoutedCall& routed) {
    state.projects.remove(routed.parameters.at(0));
    return empty_answer();
}

Answer list_users(State& state, const RoutedCall& routed) {
    const auto& project = routed.parameters.at(0);
    get_project(state, project);
    model::JsonArray users;
    users.json(encode_local_user());
    for (const auto& token : state.tokens.list()) {
        const bool is_of_project = token.project_id.empty() || token.project_id == project;
        if (is_of_project && state.tokens.is_valid(token))
            users.json(encode_user(token.id, token.name, to_string(token.role)));
    }
    return json_answer(users.finish());
}

/// A token is valid for the whole platform, so no user can be removed from one project.
Answer delete_user(State& state, const RoutedCall& routed) {
    get_project(state, routed.parameters.at(0));
    const auto& id = routed.parameters.at(1);
    const auto tokens = state.tokens.list();
    const bool is_known = id == local_user_id || std::ranges::any_of(tokens, [&](const TokenRecord& token) {
                              return token.id == id && state.tokens.is_valid(token);
                          });
    if (!is_known) throw Error(ErrorClass::not_found, fmt::format("there is no user {}", id));
    throw Error(ErrorClass::conflict, "users of this platform belong to all of its projects",
                "prevision serve token revoke NAME, on the machine that serves");
}

}  // namespace

void add_project_routes(Routes& routes) {
    routes.add("GET", "/projects", list_projects);
    routes.add("POST", "/projects", create_project);
    routes.add("GET", "/projects/{id}", show_object<get_project>);
    routes.add("PATCH", "/projects/{id}", update_project);
    routes.add("DELETE", "/projects/{id}", remove_project);
    routes.add("GET", "/projects/{id}/users", list_users);
    routes.add("DELETE", "/projects/{id}/users/{id}", delete_user);
}

}  // namespace prevision::platform
