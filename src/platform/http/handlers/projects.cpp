#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "platform/http/answers.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/local_user.hpp"
#include "platform/store/page.hpp"

namespace prevision::platform {

namespace {

/// The project as platforms answer it. Pipelines and experiments do not exist here: 0.
std::string encode(const ProjectRecord& record) {
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

ProjectRecord get_project(Services& services, const std::string& id) {
    auto record = services.projects.find(id);
    if (!record) throw Error(ErrorClass::not_found, fmt::format("there is no project {}", id));
    return std::move(*record);
}

Answer list_projects(Services& services, const RoutedCall& routed) {
    const auto page = read_page(routed.query);
    const auto list = services.projects.list(page);
    std::vector<std::string> items;
    for (const auto& record : list.items) items.push_back(encode(record));
    return page_answer(page, list.total, items);
}

Answer create_project(Services& services, const RoutedCall& routed) {
    const Body body(routed.call.body);
    ProjectRecord record;
    record.project.id = new_id();
    record.project.name = body.required_text("name");
    record.project.description = body.text("description");
    record.project.color = body.text("color");
    record.project.created_at = format_time(services.clock.now());
    services.projects.insert(record.project);
    return json_answer(encode(record));
}

Answer list_users(Services& services, const RoutedCall& routed) {
    get_project(services, routed.parameters.at(0));
    model::JsonArray users;
    users.json(encode_local_user());
    for (const auto& token : services.tokens.list()) {
        if (token.revoked_at.empty()) users.json(encode_user(token.id, token.name, to_string(token.role)));
    }
    return json_answer(users.finish());
}

/// Who may call is told by the tokens, for the whole platform: nobody is taken out of one project.
Answer delete_user(Services& services, const RoutedCall& routed) {
    get_project(services, routed.parameters.at(0));
    const auto& id = routed.parameters.at(1);
    const auto tokens = services.tokens.list();
    const bool is_known = id == local_user_id || std::ranges::any_of(tokens, [&](const TokenRecord& token) {
                              return token.id == id && token.revoked_at.empty();
                          });
    if (!is_known) throw Error(ErrorClass::not_found, fmt::format("there is no user {}", id));
    throw Error(ErrorClass::conflict, "users of this platform belong to all of its projects",
                "prevision serve token revoke NAME, on the machine that serves");
}

}  // namespace

void add_project_routes(Router& router, Services& services) {
    router.add("GET", "/projects", [&](const RoutedCall& routed) { return list_projects(services, routed); });
    router.add("POST", "/projects",
               [&](const RoutedCall& routed) { return create_project(services, routed); });
    router.add("GET", "/projects/{id}", [&](const RoutedCall& routed) {
        return json_answer(encode(get_project(services, routed.parameters.at(0))));
    });
    router.add("DELETE", "/projects/{id}", [&](const RoutedCall& routed) {
        services.projects.remove(routed.parameters.at(0));
        return empty_answer();
    });
    router.add("GET", "/projects/{id}/users",
               [&](const RoutedCall& routed) { return list_users(services, routed); });
    router.add("DELETE", "/projects/{id}/users/{user}",
               [&](const RoutedCall& routed) { return delete_user(services, routed); });
}

}  // namespace prevision::platform
