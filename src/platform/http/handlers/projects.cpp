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

void write_users(model::JsonWriter& writer, std::string_view name, bool with_local_user) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.StartArray();
    if (with_local_user) write_local_user(writer);
    writer.EndArray();
}

/// All that a platform tells of a project; what does not exist here is counted as none.
std::string encode(const ProjectRecord& record) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "_id", record.project.id);
    model::write_text(writer, "name", record.project.name);
    model::write_text(writer, "description", record.project.description);
    model::write_text(writer, "color", record.project.color);
    model::write_text(writer, "created_by", local_user_id);
    model::write_text(writer, "created_at", record.project.created_at);
    write_users(writer, "admins", true);
    write_users(writer, "contributors", false);
    write_users(writer, "viewers", false);
    writer.Key("pipelines_count");
    writer.Uint64(0);
    writer.Key("experiments_count");
    writer.Uint64(0);
    writer.Key("dataset_count");
    writer.Uint64(record.datasets);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
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
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartArray();
    write_local_user(writer);
    for (const auto& token : services.tokens.list()) {
        if (token.revoked_at.empty()) write_user(writer, token.id, token.name, to_string(token.role));
    }
    writer.EndArray();
    return json_answer({buffer.GetString(), buffer.GetSize()});
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
