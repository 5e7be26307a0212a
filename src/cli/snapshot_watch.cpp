#include "cli/snapshot_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/wait.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

namespace {

using std::chrono::milliseconds;

// A small table is done in a few milliseconds, a large one in minutes: ask often at first, then less and
// less.
constexpr milliseconds first_pause{5};
constexpr milliseconds longest_pause{250};

Error failure_of(const model::Dataset& dataset) {
    const auto error_class = parse_error_class(dataset.error_class).value_or(ErrorClass::internal);
    const auto why = dataset.message.empty() ? std::string("the platform does not say why") : dataset.message;
    return Error(error_class, fmt::format("cannot take the snapshot '{}': {}", dataset.name, why));
}

model::Dataset wait_until_done(Services& services, model::Dataset dataset, render::Progress& progress) {
    auto pause = first_pause;
    while (!dataset.done() && !dataset.failed()) {
        wait_for(pause, services.cancellation());
        pause = std::min(pause * 3 / 2 + milliseconds(1), longest_pause);
        dataset = services.client().get_dataset(dataset.id);
        progress.update(
            {.bytes = dataset.bytes.value_or(0), .total_bytes = std::nullopt, .rows = dataset.rows});
    }
    return dataset;
}

}  // namespace

model::Dataset watch_snapshot(Services& services, const model::Dataset& started,
                              const std::string& progress_mode) {
    const auto mode = render::parse_progress_mode(progress_mode).value_or(render::ProgressMode::automatic);
    const auto progress = render::make_progress(started.name, services.io(), mode);
    try {
        auto dataset = wait_until_done(services, started, *progress);
        if (dataset.failed()) throw failure_of(dataset);
        progress->finish();
        return dataset;
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated) {
            services.tidying_client().delete_dataset(started.id);
        }
        throw;
    }
}

}  // namespace prevision::cli
