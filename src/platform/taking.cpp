#include "platform/taking.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "core/sha256.hpp"
#include "core/utf8.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/file_format.hpp"
#include "platform/datasets/manifest.hpp"
#include "snapshot/snapshot.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// The newest dataset of the same question, which the source may still be as in.
struct Earlier {
    model::Dataset dataset;
    model::Manifest manifest;
    std::vector<model::ManifestState> learned;  ///< marks of the last comparison
};

/// Whether the dataset's file is there with its size: one that is lost must be taken again.
bool is_kept(State& state, const model::Dataset& dataset) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(state.jobs.file_of(dataset.id), failure);
    return !failure && size == dataset.bytes;
}

std::optional<Earlier> find_earlier(State& state, const model::Dataset& dataset,
                                    const model::Manifest& manifest) {
    const auto newest = state.datasets.newest_done(dataset.datasource_id);
    if (!newest || !is_kept(state, *newest)) return std::nullopt;
    const auto text = state.datasets.manifest_of(*newest);
    auto earlier = model::decode_manifest(model::JsonText(text));
    const bool is_same_question =
        earlier.definition_sha256 == manifest.definition_sha256 && !earlier.window && earlier.parents.empty();
    if (!is_same_question) return std::nullopt;
    return Earlier{*newest, std::move(earlier), state.datasets.learned_states(newest->id)};
}

snapshot::Known known_of(const std::optional<Earlier>& earlier) {
    snapshot::Known known;
    if (!earlier) return known;
    const auto& manifest = earlier->manifest;
    for (const auto& states : {manifest.states, earlier->learned}) {
        for (const auto& state : states)
            known.marks.push_back({.method = state.method, .value = state.value});
    }
    for (const auto& file : manifest.files) {
        known.files.push_back(
            {.name = {}, .size = file.size, .modified = file.modified, .path = file.path, .etag = file.etag});
    }
    known.read_at = manifest.begun_at;
    return known;
}

/// By what the source was seen to be as it was for the earlier dataset; empty when it has changed, or there is none.
std::string find_unchanged(const std::optional<Earlier>& earlier, const snapshot::Snapshot& taken) {
    if (!earlier || !taken.unchanged_by.empty()) return taken.unchanged_by;
    const auto columns = sha256_of(model::canonical_columns(describe_columns(taken.schema)));
    const bool is_same =
        taken.sha256 == earlier->dataset.sha256 && columns == earlier->manifest.columns_sha256;
    return is_same ? "sha256" : "";
}

}  // namespace

Jobs::Taken take_snapshot(State& state, const model::Dataset& dataset, const std::filesystem::path& file,
                          Cancellation& cancellation, const Jobs::Observer& observer) {
    auto manifest = begin_manifest(format_time(state.clock.now()));
    const auto datasource = get_datasource(state, dataset.datasource_id);
    const auto [connector, connection] = open_connector(state, datasource.connector_id);
    const auto& engine = sources::choose_engine(connection, cancellation);
    const auto source = engine.open(connection, cancellation);
    record_source(manifest, datasource, connector, engine);
    const auto earlier = dataset.if_changed ? find_earlier(state, dataset, manifest) : std::nullopt;
    const auto known = known_of(earlier);
    snapshot::Snapshot taken;
    use_source(state, connector.id, *source, [&] {
        taken = snapshot::take_snapshot(
            *source, location_of(datasource), file, cancellation, observer,
            {.format = parse_format(datasource.format), .marks = dataset.if_changed, .known = known});
    });
    for (const auto& mark : taken.marks)
        manifest.states.push_back({.method = valid_utf8(mark.method), .value = valid_utf8(mark.value)});
    if (const auto method = find_unchanged(earlier, taken); !method.empty()) {
        return Jobs::Taken(Jobs::Unchanged{
            .dataset_id = earlier->dataset.id, .method = method, .states = std::move(manifest.states)});
    }
    manifest.server_version = valid_utf8(source->server_version());
    record_files(manifest, taken.files);
    manifest.ended_at = format_time(state.clock.now());
    return {std::move(taken), std::move(manifest)};
}

}  // namespace prevision::platform
