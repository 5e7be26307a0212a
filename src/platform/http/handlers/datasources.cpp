#include "core/error.hpp"
#include "core/id.hpp"
#include "model/fields.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/file_format.hpp"
#include "platform/datasets/row_sinks.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"

namespace prevision::platform {

namespace {

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Datasource& datasource) {
    if (body.has("name")) datasource.name = body.required_text("name");
    if (body.has("connector_id")) datasource.connector_id = body.required_text("connector_id");
    const auto set = [&](std::string_view name, auto& member) { body.set(name, member); };
    model::visit_location(datasource, set);
    model::visit_format(datasource.format, set);
    datasource.format = normal_format(datasource.format);
}

/// Checks the location. A connector that is not in the datasource's project is refused by the store, like one that does
/// not exist.
void check(State& state, const model::Datasource& datasource) {
    const auto connector = state.connectors.find(datasource.connector_id);
    if (connector && connector->project_id == datasource.project_id) check_datasource(datasource, *connector);
}

/// A datasource's system, opened, and the place in it.
struct OpenedDatasource {
    OpenSource opened;
    sources::Location location;
    snapshot::FormatOverrides format;
};

OpenedDatasource open(State& state, const model::Datasource& datasource,
                      const std::shared_ptr<Cancellation>& cancellation,
                      const sources::StageObserver& failure = {}) {
    const auto connector = get_connector(state, datasource.connector_id);
    return {.opened = open_source(state, connector, cancellation, failure),
            .location = location_of(datasource),
            .format = parse_format(datasource.format)};
}

Answer create_datasource(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    model::Datasource datasource;
    datasource.id = new_id();
    datasource.project_id = routed.parameters.at(0);
    datasource.name = body.required_text("name");
    datasource.connector_id = body.required_text("connector_id");
    datasource.created_at = format_time(state.clock.now());
    read_fields(body, datasource);
    check(state, datasource);
    state.datasources.insert(datasource, read_names(routed.query));
    return json_answer(model::encode_answer(datasource));
}

Answer update_datasource(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    auto changed = get_datasource(state, routed.parameters.at(0));
    read_fields(body, changed);
    check(state, changed);
    const auto change = [&](model::Datasource& datasource) { read_fields(body, datasource); };
    return json_answer(
        model::encode_answer(state.datasources.update(changed.id, change, read_names(routed.query))));
}

Answer delete_datasource(State& state, const RoutedCall& routed) {
    state.jobs.settle();
    state.datasources.remove(routed.parameters.at(0));
    return deleted_answer(routed.parameters.at(0));
}

Answer test_datasource(State& state, const RoutedCall& routed) {
    const auto datasource = get_datasource(state, routed.parameters.at(0));
    return test_answer([&](const auto& observer) {
        const auto place = open(state, datasource, routed.call.cancellation, observer);
        use_source(state, place.opened, [&] { place.opened.source->test(place.location, observer); });
    });
}

Answer preview_datasource(State& state, const RoutedCall& routed) {
    const auto limit = read_sample_limit(routed.query);
    const auto datasource =
        open(state, get_datasource(state, routed.parameters.at(0)), routed.call.cancellation);
    SampleContent content(limit, datasource.format);
    use_source(state, datasource.opened,
               [&] { datasource.opened.source->read(datasource.location, {.limit = limit}, content); });
    return json_answer(model::encode_answer(content.finish()));
}

Answer stream_datasource(State& state, const RoutedCall& routed) {
    auto datasource = open(state, get_datasource(state, routed.parameters.at(0)), routed.call.cancellation);
    const auto& location = datasource.location;
    const bool is_file = location.table.empty() && location.request.empty();
    return stream_answer(state, is_file ? "application/octet-stream" : "text/csv; charset=utf-8",
                         std::move(datasource.opened), [location](sources::Source& source, ByteSink& body) {
                             BodyContent content(body);
                             source.read(location, {}, content);
                             content.finish();
                         });
}

}  // namespace

void add_datasource_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/data-sources", list_in<&State::datasources>);
    routes.add("POST", "/projects/{id}/data-sources", create_datasource);
    routes.add("GET", "/data-sources/{id}", show_object<get_datasource>);
    routes.add("PATCH", "/data-sources/{id}", update_datasource);
    routes.add("DELETE", "/data-sources/{id}", delete_datasource);
    routes.add("POST", "/data-sources/{id}/test", test_datasource, Pace::distant);
    routes.add("GET", "/data-sources/{id}/sample", preview_datasource, Pace::distant);
    routes.add("GET", "/data-sources/{id}/content", stream_datasource, Pace::distant);
}

}  // namespace prevision::platform
