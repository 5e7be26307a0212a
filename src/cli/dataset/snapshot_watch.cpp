#include "cli/dataset/snapshot_watch.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/dataset/transfer.hpp"
#include "cli/verbs/polling.hpp"

namespace prevision::cli {

namespace {

Error failure_of(const model::Dataset& dataset) {
    const auto error_class = parse_error_class(dataset.error_class).value_or(ErrorClass::internal);
    const auto why = dataset.message.empty() ? std::string("the platform does not say why") : dataset.message;
    return Error(error_class, fmt::format("cannot take the snapshot '{}': {}", dataset.name, why),
                 dataset.hint);
}

render::ProgressState progress_of(const model::Dataset& dataset) {
    return {.bytes = dataset.bytes.value_or(0),  // known to be none before the first ones
            .total_bytes = dataset.total_bytes,
            .rows = dataset.rows,
            .about_rows = dataset.about_rows};
}

model::Dataset wait_until_done(Services& services, const model::Dataset& started,
                               render::Progress& progress) {
    const auto is_over = [](const model::Dataset& dataset) { return dataset.done() || dataset.failed(); };
    return poll(services, started, is_over, [&](const model::Dataset& last) {
        auto dataset = services.client().get<model::Dataset>(last.id);
        progress.update(progress_of(dataset));
        return dataset;
    });
}

/// The one unfinished snapshot of that name and datasource, where there is exactly one.
std::optional<std::string> find_unfinished(api::Client& client, const std::string& project_id,
                                           const std::string& name, const std::string& datasource_id) {
    std::vector<std::string> found;
    client.list<model::Dataset>(project_id, [&](const model::Dataset& dataset) {
        if (dataset.name == name && dataset.datasource_id == datasource_id && !dataset.done())
            found.push_back(dataset.id);
        return true;
    });
    if (found.size() != 1) return std::nullopt;
    return found.front();
}

}  // namespace

model::Dataset wait_for_snapshot(Services& services, const model::Dataset& started,
                                 const std::string& progress_mode) {
    const auto progress = make_progress(services, started.name, progress_mode);
    auto dataset = wait_until_done(services, started, *progress);
    if (dataset.failed()) throw failure_of(dataset);
    const std::string_view what = dataset.unchanged_by.empty() ? "snapshot" : "unchanged since";
    progress->finish(fmt::format("{} {}", what, dataset.name), progress_of(dataset));
    return dataset;
}

model::Dataset start_snapshot(Services& services, const std::string& name, const std::string& datasource_id,
                              api::Names names, bool if_changed) {
    const auto project_id = services.project_id();
    try {
        return services.client().create_dataset(project_id, name, datasource_id, names, if_changed);
    } catch (const Error& error) {
        if (is_interruption(error)) {
            services.tidy(fmt::format("see whether the snapshot '{}' was started", name),
                          [&](api::Client& client) {
                              const auto id = find_unfinished(client, project_id, name, datasource_id);
                              if (id) client.remove<model::Dataset>({*id, name});
                          });
        }
        throw;
    }
}

model::Dataset watch_snapshot(Services& services, const model::Dataset& started,
                              const std::string& progress_mode) {
    try {
        return wait_for_snapshot(services, started, progress_mode);
    } catch (const Error& error) {
        if (is_interruption(error)) {
            services.tidy(
                fmt::format("delete the unfinished snapshot '{}'", started.name),
                [&](api::Client& client) { client.remove<model::Dataset>(api::refer_to(started)); });
        }
        throw;
    }
}

}  // namespace prevision::cli
