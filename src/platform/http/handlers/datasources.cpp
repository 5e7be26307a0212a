#include <memory>

#include "core/error.hpp"
#include "core/id.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/file_format.hpp"
#include "platform/datasets/row_sinks.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// Sets the fields that the body holds; the others stay as they are.
void read_fields(const Body& body, model::Datasource& datasource) {
    if (body.has("name")) datasource.name = body.required_text("name");
    if (body.has("connector_id")) datasource.connector_id = body.required_text("connector_id");
    if (body.has("path")) datasource.path = body.text("path");
    if (body.has("database")) datasource.database = body.text("database");
    if (body.has("table")) datasource.table = body.text("table");
    if (body.has("bucket")) datasource.bucket = body.text("bucket");
    if (body.has("request")) datasource.request = body.text("request");
    if (body.has("g_cloud")) datasource.g_cloud = body.text("g_cloud");
    auto& format = datasource.format;
    if (body.has("separator")) format.separator = body.text("separator");
    if (body.has("quote")) format.quote = body.text("quote");
    if (body.has("escape")) format.escape = body.text("escape");
    if (body.has("comment")) format.comment = body.text("comment");
    if (body.has("header")) format.header = body.boolean("header");
    if (body.has("skip")) format.skip = body.count("skip");
    if (body.has("encoding")) format.encoding = body.text("encoding");
    format = normal_format(format);
}

/// A datasource's distant system, opened, and the place in it.
struct OpenedDatasource {
    std::unique_ptr<sources::Source> source;
    sources::Location location;
    snapshot::FormatOverrides format;
    std::string connector_id;
};

OpenedDatasource open(State& state, const std::string& id, Cancellation& cancellation,
                      const sources::StageObserver& failure = {}) {
    const auto datasource = get_datasource(state, id);
    const auto connection = open_connection(state, get_connector(state, datasource.connector_id));
    return {.source = sources::open_source(connection, cancellation, failure),
            .location = location_of(datasource),
            .format = parse_format(datasource.format),
            .connector_id = datasource.connector_id};
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
    // Whether the connector is in this project is for the table to say.
    const auto connector = state.connectors.find(datasource.connector_id);
    if (connector) check_datasource(datasource, *connector);
    state.datasources.insert(datasource);
    return json_answer(model::encode_answer(datasource));
}

Answer update_datasource(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    auto changed = get_datasource(state, routed.parameters.at(0));
    read_fields(body, changed);
    const auto connector = state.connectors.find(changed.connector_id);
    if (connector) check_datasource(changed, *connector);
    const auto change = [&](model::Datasource& datasource) { read_fields(body, datasource); };
    return json_answer(model::encode_answer(state.datasources.update(changed.id, change)));
}

Answer delete_datasource(State& state, const RoutedCall& routed) {
    state.jobs.settle();
    state.datasources.remove(routed.parameters.at(0));
    return deleted_answer(routed.parameters.at(0));
}

Answer test_datasource(State& state, const RoutedCall& routed) {
    const auto datasource = get_datasource(state, routed.parameters.at(0));
    auto& cancellation = *routed.call.cancellation;
    return test_answer([&](const auto& observer) {
        const auto opened = open(state, datasource.id, cancellation, observer);
        use_source(state, datasource.connector_id, *opened.source,
                   [&] { opened.source->test(opened.location, observer); });
    });
}

Answer preview_datasource(State& state, const RoutedCall& routed) {
    const auto limit = read_sample_limit(routed.query);
    auto& cancellation = *routed.call.cancellation;
    const auto opened = open(state, routed.parameters.at(0), cancellation);
    SampleContent content(limit, opened.format);
    use_source(state, opened.connector_id, *opened.source,
               [&] { opened.source->read(opened.location, {.limit = limit}, content); });
    return json_answer(model::encode_answer(content.finish()));
}

/// Reads while it answers, so that nothing is stored or held. What can be found wrong without the network is
/// found before.
Answer stream_datasource(State& state, const RoutedCall& routed) {
    const auto cancellation = routed.call.cancellation;
    const auto opened =
        std::make_shared<OpenedDatasource>(open(state, routed.parameters.at(0), *cancellation));
    Answer answer;
    const bool is_file = opened->location.table.empty() && opened->location.request.empty();
    answer.content_type = is_file ? "application/octet-stream" : "text/csv; charset=utf-8";
    answer.stream = [cancellation, opened, &state](ByteSink& body) {
        BodyContent content(body);
        use_source(state, opened->connector_id, *opened->source,
                   [&] { opened->source->read(opened->location, {}, content); });
        content.finish();
    };
    return answer;
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
