#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "model/fields.hpp"
#include "platform/connection.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"

namespace prevision::platform {

namespace {

constexpr std::array<std::string_view, 3> file_modes{"timestamp", "safe", "replace"};
constexpr std::array<std::string_view, 2> database_modes{"append", "replace"};

Answer remove_exporter(State& state, const RoutedCall& routed) {
    state.exporters.remove(routed.parameters.at(0));
    return empty_answer();
}

template <std::size_t size>
void check_mode(std::string_view field, const std::string& mode,
                const std::array<std::string_view, size>& known) {
    if (mode.empty() || std::ranges::find(known, mode) != known.end()) return;
    throw Error(ErrorClass::invalid,
                fmt::format("invalid {}: '{}' is not one of {}", field, mode, fmt::join(known, ", ")));
}

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Exporter& exporter) {
    if (body.has("connector_id")) exporter.connector_id = body.required_text("connector_id");
    if (body.has("name")) exporter.name = body.required_text("name");
    body.set("description", exporter.description);
    model::visit_target(exporter,
                        [&](std::string_view name, std::string& member) { body.set(name, member); });
    check_mode("file_write_mode", exporter.file_write_mode, file_modes);
    check_mode("database_write_mode", exporter.database_write_mode, database_modes);
}

/// Checks the target. A connector that is not in the exporter's project is refused by the store, like one that does not
/// exist.
void check_target(State& state, const model::Exporter& exporter) {
    const auto connector = state.connectors.find(exporter.connector_id);
    if (connector && connector->project_id == exporter.project_id) check_exporter(exporter, *connector);
}

Answer update_exporter(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    auto changed = get_exporter(state, routed.parameters.at(0));
    read_fields(body, changed);
    check_target(state, changed);
    const auto change = [&](model::Exporter& exporter) { read_fields(body, exporter); };
    return json_answer(model::encode_answer(
        state.exporters.update(routed.parameters.at(0), change, read_names(routed.query))));
}

Answer create_exporter(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    model::Exporter exporter{.id = new_id(),
                             .project_id = routed.parameters.at(0),
                             .connector_id = body.required_text("connector_id"),
                             .name = body.required_text("name"),
                             .created_at = format_time(state.clock.now())};
    read_fields(body, exporter);
    check_target(state, exporter);
    state.exporters.insert(exporter, read_names(routed.query));
    return json_answer(model::encode_answer(exporter));
}

}  // namespace

void add_exporter_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/exporters", list_in<&State::exporters>);
    routes.add("POST", "/projects/{id}/exporters", create_exporter);
    routes.add("GET", "/exporters/{id}", show_object<get_exporter>);
    routes.add("PATCH", "/exporters/{id}", update_exporter);
    routes.add("DELETE", "/exporters/{id}", remove_exporter);
}

}  // namespace prevision::platform
