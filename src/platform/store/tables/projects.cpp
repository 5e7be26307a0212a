#include "platform/store/tables/projects.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

template <>
struct rows::Layout<model::Project> {
    static constexpr std::string_view table = "projects";
    static constexpr std::string_view noun = "project";
    static constexpr std::string_view owner =
        "''";  // all projects are in one list, so the condition is '' = ''

    template <typename Project, typename Column>
    static void visit(Project& project, Column&& column) {
        column("id", project.id);
        column("name", project.name);
        column("description", project.description);
        column("color", project.color);
        column("created_at", project.created_at);
    }
};

namespace {

ProjectRecord to_record(sqlite::Database& database, model::Project project) {
    const auto datasets =
        rows::count(database, "SELECT COUNT(*) FROM datasets WHERE project_id = ?", project.id);
    return {.project = std::move(project), .datasets = datasets};
}

/// "2 connectors, 1 dataset"; empty for an empty project.
std::string describe_content(sqlite::Database& database, const std::string& id) {
    std::vector<std::string> parts;
    const auto count = [&](std::string_view noun) {
        const auto number =
            rows::count(database, fmt::format("SELECT COUNT(*) FROM {}s WHERE project_id = ?", noun), id);
        if (number > 0) parts.push_back(fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s"));
    };
    count("connector");
    count("datasource");
    count("dataset");
    count("exporter");
    return join(parts, ", ");
}

}  // namespace

void ProjectTable::insert(const model::Project& project, Names names) {
    store_.write([&](sqlite::Database& database) { rows::insert(database, project, names); });
}

ProjectRecord ProjectTable::update(const std::string& id, const std::function<void(model::Project&)>& change,
                                   Names names) {
    return store_.write([&](sqlite::Database& database) {
        return to_record(database, rows::change<model::Project>(database, id, change, names));
    });
}

std::optional<ProjectRecord> ProjectTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<ProjectRecord> {
        auto project = rows::find<model::Project>(database, id);
        if (!project) return std::nullopt;
        return to_record(database, std::move(*project));
    });
}

Listed<ProjectRecord> ProjectTable::list(const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        auto projects = rows::list<model::Project>(database, "", page);
        Listed<ProjectRecord> list{.items = {}, .total = projects.total};
        for (auto& project : projects.items) list.items.push_back(to_record(database, std::move(project)));
        return list;
    });
}

Listed<ProjectRecord> ProjectTable::list_one(const std::string& id, const Page& page) {
    auto project = find(id);
    Listed<ProjectRecord> list;
    if (!project || (page.name && *page.name != project->project.name)) return list;
    list.total = 1;
    if (page.number == 1) list.items.push_back(std::move(*project));
    return list;
}

void ProjectTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, id);
        if (const auto content = describe_content(database, id); !content.empty()) {
            throw Error(ErrorClass::conflict, fmt::format("the project is not empty: it holds {}", content),
                        "delete these first");
        }
        rows::remove<model::Project>(database, id);
    });
}

}  // namespace prevision::platform
