#include "platform/http/handlers/access.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

/// How to find the project of an object, by the segment of a path that precedes its id.
struct Collection {
    std::string_view segment;
    std::string_view noun;
    std::string_view project_query;
};

constexpr std::array collections{
    Collection{"projects", "project", "SELECT id FROM projects WHERE id = ?"},
    Collection{"connectors", "connector", "SELECT project_id FROM connectors WHERE id = ?"},
    Collection{"data-sources", "datasource", "SELECT project_id FROM datasources WHERE id = ?"},
    Collection{
        "datasets", "dataset",
        "SELECT project_id FROM datasets WHERE id = ?1 OR id = (SELECT dataset_id FROM unchanged_datasets "
        "WHERE id = ?1)"},
    Collection{"dataset", "dataset", "SELECT project_id FROM datasets WHERE id = ?"},
    Collection{"exporters", "exporter", "SELECT project_id FROM exporters WHERE id = ?"},
    Collection{"exports", "export",
               "SELECT project_id FROM exporters WHERE id = (SELECT exporter_id FROM exports WHERE id = ?)"},
};

std::string project_of(Store& store, const Collection& collection, const std::string& id) {
    return store.read([&](sqlite::Database& database) {
        auto statement = database.prepare(collection.project_query);
        return statement.bind(1, id).step() ? statement.text(0) : std::string();
    });
}

// Another project's object is answered like one that does not exist.
void check_project(State& state, std::string_view pattern, const std::string& project,
                   const std::vector<std::string>& parameters) {
    std::size_t index = 0;
    std::string before;
    for (const auto& segment : split(pattern, '/')) {
        if (segment.starts_with('{')) {
            const auto& id = parameters.at(index++);
            const auto* const found = std::ranges::find(collections, before, &Collection::segment);
            if (found != collections.end() && project_of(state.store, *found, id) != project)
                throw Error(ErrorClass::not_found, fmt::format("there is no {} {}", found->noun, id));
        }
        before = segment;
    }
}

}  // namespace

void check_access(State& state, std::string_view pattern, Role least, const RoutedCall& routed) {
    const auto& caller = routed.call.caller;
    if (!caller) return;
    if (caller->role > least) {
        throw Error(ErrorClass::auth,
                    fmt::format("not allowed: the token '{}' has the role {}, and the call needs {}",
                                caller->name, to_string(caller->role), to_string(least)),
                    fmt::format("use a token of the role {}", to_string(least)));
    }
    if (caller->project_id.empty()) return;
    if (pattern == "/projects" && routed.call.method == "POST") {
        throw Error(ErrorClass::auth,
                    fmt::format("not allowed: the token '{}' is for one project", caller->name),
                    "use a token for all projects");
    }
    check_project(state, pattern, caller->project_id, routed.parameters);
}

}  // namespace prevision::platform
