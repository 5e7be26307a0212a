#include "platform/store/tables/projects.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

constexpr auto select =
    "SELECT id, name, description, color, created_at, "
    "(SELECT COUNT(*) FROM datasets WHERE project_id = projects.id) FROM projects ";

ProjectRecord read_row(const sqlite::Statement& row) {
    ProjectRecord record;
    record.project.id = row.text(0);
    record.project.name = row.text(1);
    record.project.description = row.text(2);
    record.project.color = row.text(3);
    record.project.created_at = row.text(4);
    record.datasets = static_cast<std::uint64_t>(row.integer(5));
    return record;
}

/// What the project holds, in words: "2 connectors and 1 dataset"; empty when it holds nothing.
std::string describe_content(sqlite::Database& database, const std::string& id) {
    std::vector<std::string> parts;
    const auto count = [&](std::string_view noun) {
        auto statement = database.prepare(fmt::format("SELECT COUNT(*) FROM {}s WHERE project_id = ?", noun));
        statement.bind(1, id).step();
        const auto number = statement.integer(0);
        if (number > 0) parts.push_back(fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s"));
    };
    count("connector");
    count("datasource");
    count("dataset");
    count("exporter");
    return join(parts, ", ");
}

}  // namespace

void ProjectTable::insert(const model::Project& project) {
    store_.write([&](sqlite::Database& database) {
        database
            .prepare("INSERT INTO projects (id, name, description, color, created_at) VALUES (?, ?, ?, ?, ?)")
            .bind(1, project.id)
            .bind(2, project.name)
            .bind(3, project.description)
            .bind(4, project.color)
            .bind(5, project.created_at)
            .run();
    });
}

std::optional<ProjectRecord> ProjectTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<ProjectRecord> {
        auto statement = database.prepare(fmt::format("{} WHERE id = ?", select));
        if (!statement.bind(1, id).step()) return std::nullopt;
        return read_row(statement);
    });
}

Listed<ProjectRecord> ProjectTable::list(const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        Listed<ProjectRecord> list;
        auto count = database.prepare("SELECT COUNT(*) FROM projects");
        count.step();
        list.total = static_cast<std::uint64_t>(count.integer(0));
        auto statement = database.prepare(fmt::format("{} ORDER BY seq LIMIT ? OFFSET ?", select));
        bind_page(statement, 1, page);
        while (statement.step()) list.items.push_back(read_row(statement));
        return list;
    });
}

void ProjectTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, id);
        if (const auto content = describe_content(database, id); !content.empty()) {
            throw Error(ErrorClass::conflict, fmt::format("the project is not empty: it holds {}", content),
                        "delete these first");
        }
        database.prepare("DELETE FROM projects WHERE id = ?").bind(1, id).run();
    });
}

void require_project(sqlite::Database& database, const std::string& id) {
    auto statement = database.prepare("SELECT 1 FROM projects WHERE id = ?");
    if (!statement.bind(1, id).step()) {
        throw Error(ErrorClass::not_found, fmt::format("there is no project {}", id));
    }
}

}  // namespace prevision::platform
