#include "cli/dataset/source_comparison.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "model/fields.hpp"
#include "model/manifest.hpp"

namespace prevision::cli {

namespace {

/// Error conflict or invalid when the dataset cannot be compared with a source.
void check_comparable(const model::Dataset& dataset, const std::optional<model::Manifest>& manifest) {
    const auto failure = fmt::format("cannot compare the dataset '{}' with its source", dataset.name);
    if (dataset.failed()) throw Error(ErrorClass::conflict, failure + ": the snapshot failed");
    if (dataset.datasource_id.empty())
        throw Error(ErrorClass::invalid, failure + ": it was uploaded, and has none");
    if (dataset.sha256.empty()) throw Error(ErrorClass::invalid, failure + ": it has no SHA-256");
    if (manifest && manifest->window) {
        throw Error(ErrorClass::invalid, failure + ": it is an increment, a part of what the source holds");
    }
}

Error differs(const model::Dataset& dataset, const std::string& why) {
    return {ErrorClass::integrity,
            fmt::format("the source of the dataset '{}' does not yield the same: {}", dataset.name, why)};
}

/// A datasource that was changed since answers another question.
void compare_location(const model::Dataset& dataset, const model::Datasource& now,
                      const model::Manifest& manifest) {
    std::vector<std::string> before;
    const auto& location = manifest.location;
    model::visit_location(location, [&](auto, const std::string& text) { before.push_back(text); });
    std::size_t at = 0;
    model::visit_location(now, [&](auto name, const std::string& text) {
        const auto& was = before.at(at++);
        if (was == text) return;
        throw differs(dataset, fmt::format("the datasource's {} was '{}', and is '{}' now", name, was, text));
    });
}

/// The columns of a table, which its bytes show only the names of.
void compare_columns(Services& services, const model::Dataset& dataset, const model::Datasource& datasource) {
    const auto sample = services.client().preview_datasource(api::refer_to(datasource), 1);
    const auto describe = [](const model::SchemaColumn& column) {
        return fmt::format("{} {}{}", column.name, column.type, column.nullable ? "" : " not null");
    };
    if (sample.schema.size() != dataset.schema.size()) {
        throw differs(dataset, fmt::format("it has {} columns instead of {}", sample.schema.size(),
                                           dataset.schema.size()));
    }
    for (std::size_t at = 0; at < dataset.schema.size(); ++at) {
        const auto was = describe(dataset.schema[at]);
        const auto is = describe(sample.schema[at]);
        if (was != is)
            throw differs(dataset, fmt::format("its column {} is '{}' instead of '{}'", at + 1, is, was));
    }
}

}  // namespace

TransferredDataset compare_with_source(Services& services, const model::Dataset& dataset) {
    std::optional<model::Manifest> manifest;
    if (!dataset.manifest.empty()) manifest = model::decode_manifest(model::JsonText(dataset.manifest));
    check_comparable(dataset, manifest);
    const auto datasource = services.client().get<model::Datasource>(dataset.datasource_id);
    // A dataset that was made before manifests has none of it.
    if (manifest && !manifest->engine.empty()) compare_location(dataset, datasource, *manifest);
    const auto progress = make_progress(services, dataset.name);
    if (datasource.path.empty()) compare_columns(services, dataset, datasource);
    const auto found = hash_source(services, datasource, *progress);
    progress->finish("read " + datasource.name, {.bytes = found.bytes});
    if (found.bytes != dataset.bytes)
        throw differs(dataset, fmt::format("{} bytes instead of {}", found.bytes, dataset.bytes.value_or(0)));
    if (!equal_ignoring_case(found.sha256, dataset.sha256))
        throw differs(dataset, "as many bytes, but other values, or the same ones in another order");
    services.message(
        fmt::format("the source still yields the dataset '{}': its size and SHA-256 match", dataset.name));
    return describe_transfer(dataset, found);
}

}  // namespace prevision::cli
