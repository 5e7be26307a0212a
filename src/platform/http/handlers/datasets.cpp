#include <memory>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "model/file_name.hpp"
#include "platform/datasets/archive.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/datasets/row_sinks.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "platform/http/handlers/uploads.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} << 10U;

/// With its manifest.
model::Dataset get_dataset(State& state, const std::string& id) {
    auto dataset = found(state.jobs.find(id), "dataset", id);
    if (dataset.done()) dataset.manifest = state.datasets.manifest_of(dataset);
    return dataset;
}

/// A list of those that have a name is how clients find one by its name: it has the manifests.
Answer list_datasets(State& state, const RoutedCall& routed) {
    const auto page = read_page(routed.query);
    if (!page.name || page.only_ids) return list_in<&State::jobs>(state, routed);
    return list_page(routed, [&](const Page& wanted) {
        auto listed = state.jobs.list(routed.parameters.at(0), wanted);
        for (auto& dataset : listed.items) {
            if (dataset.done()) dataset.manifest = state.datasets.manifest_of(dataset);
        }
        return listed;
    });
}

model::Dataset get_done_dataset(State& state, const std::string& id) {
    auto dataset = found(state.jobs.find(id), "dataset", id);
    if (dataset.failed()) {
        throw Error(ErrorClass::conflict, fmt::format("the snapshot failed: {}", dataset.message),
                    "create the dataset again");
    }
    if (!dataset.done()) {
        throw Error(ErrorClass::conflict,
                    fmt::format("the dataset is not done: it is {}", dataset.copy_state),
                    "wait until the dataset is done");
    }
    return dataset;
}

Answer create_dataset(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto id = new_id();
    model::Dataset dataset;
    dataset.id = id;
    dataset.project_id = routed.parameters.at(0);
    dataset.name = body.required_text("name");
    dataset.datasource_id = body.required_text("datasource_id");
    dataset.created_at = format_time(state.clock.now());
    dataset.if_changed = body.boolean("if_changed").value_or(false);
    // A datasource that does not exist is refused by the store.
    const auto datasource = state.datasources.find(dataset.datasource_id);
    auto slots = take_job_slots(state, datasource ? datasource->connector_id : "", routed.call.caller);
    state.jobs.begin(dataset, read_names(routed.query), std::move(slots));
    return json_answer(model::encode_answer(get_dataset(state, id)));
}

/// Renames it, pins it or unpins it.
Answer update_dataset(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto& id = routed.parameters.at(0);
    if (const auto pinned = body.boolean("pinned")) state.datasets.pin(id, *pinned);
    if (body.has("name")) state.datasets.rename(id, body.required_text("name"), read_names(routed.query));
    return json_answer(model::encode_answer(get_dataset(state, id)));
}

Answer delete_dataset(State& state, const RoutedCall& routed) {
    auto& cancellation = *routed.call.cancellation;
    state.exports.settle();
    state.jobs.remove(routed.parameters.at(0), cancellation);
    return empty_answer();
}

/// Proposes an ASCII name that every system accepts, and the real one for clients that know RFC 6266.
std::string proposed_file_name(const std::string& id, const std::string& suffix, const std::string& name) {
    return fmt::format("attachment; filename=\"{}{}\"; filename*=UTF-8''{}", id, suffix,
                       percent_encode(name));
}

/// The name of a dataset's file, without characters that some system gives a meaning in a path.
std::string name_in_archive(const model::Dataset& dataset) {
    auto name = valid_utf8(model::file_name(dataset));
    for (auto& each : name) {
        if (static_cast<unsigned char>(each) < 0x20 ||
            std::string_view("/\\:*?\"<>|").find(each) != std::string::npos)
            each = '_';
    }
    return name;
}

Answer download_dataset(State& state, const RoutedCall& routed) {
    const auto extension = routed.query.get("extension").value_or("zip");
    const auto dataset = get_done_dataset(state, routed.parameters.at(0));
    if (extension != "csv" && extension != "zip") {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid extension: '{}' is not one of csv, zip", extension),
                    "csv gives the bytes as they are stored");
    }
    const auto reader = std::make_shared<DatasetReader>(state.jobs.file_of(dataset.id), dataset);
    const auto read = [reader, cancellation = routed.call.cancellation](std::span<char> buffer) {
        cancellation->check();
        return reader->read(buffer);
    };
    Answer answer;
    const bool zipped = extension == "zip";
    answer.headers.push_back(
        {.name = "Content-Disposition",
         .value = proposed_file_name(dataset.id, zipped ? ".zip" : model::file_suffix(dataset.file),
                                     zipped ? dataset.name + ".zip" : model::file_name(dataset))});
    if (zipped) {
        answer.content_type = "application/zip";
        answer.stream = [read, dataset](ByteSink& body) {
            write_zip(body, name_in_archive(dataset), dataset.bytes.value_or(0), read);
        };
        return answer;
    }
    answer.content_type = media_type(dataset.file);
    answer.headers.push_back(
        {.name = "Content-Length", .value = fmt::format("{}", dataset.bytes.value_or(0))});
    answer.stream = [read](ByteSink& body) {
        std::string buffer(chunk_size, '\0');
        while (const std::size_t count = read(buffer)) body.write(std::string_view(buffer).substr(0, count));
    };
    return answer;
}

Answer sample_dataset(State& state, const RoutedCall& routed) {
    const auto limit = read_sample_limit(routed.query);
    const auto dataset = get_done_dataset(state, routed.parameters.at(0));
    auto& cancellation = *routed.call.cancellation;
    SampleSink sink;
    read_dataset_rows(state.jobs.file_of(dataset.id), dataset, limit, sink, cancellation);
    auto sample = sink.sample();
    // The stored file has only text; the snapshot recorded the types.
    sample.schema = dataset.schema;
    return json_answer(model::encode_answer(sample));
}

}  // namespace

void add_dataset_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/datasets", list_datasets);
    routes.add("POST", "/projects/{id}/datasets/data-source", create_dataset);
    routes.add("POST", "/projects/{id}/datasets/file", upload_dataset, Pace::file);
    routes.add("GET", "/datasets/{id}", show_object<get_dataset>);
    routes.add("PATCH", "/datasets/{id}", update_dataset);
    routes.add("DELETE", "/datasets/{id}", delete_dataset, Pace::distant);
    routes.add("GET", "/datasets/{id}/download", download_dataset, Pace::file);
    routes.add("GET", "/datasets/{id}/sample", sample_dataset, Pace::file);
}

}  // namespace prevision::platform
