#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>

#include "core/id.hpp"
#include "core/wait.hpp"
#include "platform/datasets/jobs.hpp"
#include "platform/store/tables/connectors.hpp"
#include "platform/store/tables/datasources.hpp"
#include "platform/store/tables/projects.hpp"
#include "support/temporary_directory.hpp"

/// What the tests of jobs share.
namespace prevision::platform {

/// A store with a datasource, and jobs over it that take their snapshots from `take`.
struct Workshop {
    Workshop(const std::filesystem::path& home, Jobs::Take take)
        : store(home / "prevision.db", system_clock()),
          datasets(store),
          project(ProjectTable(store).list({}).items.at(0).project.id),
          jobs(datasets, home / "datasets", std::move(take)) {}

    /// A dataset to begin, and what it hangs on.
    model::Dataset new_dataset() {
        model::Connector connector;
        connector.id = new_id();
        connector.project_id = project;
        ConnectorTable(store).insert(connector, {});
        model::Datasource datasource;
        datasource.id = new_id();
        datasource.project_id = project;
        datasource.connector_id = connector.id;
        DatasourceTable(store).insert(datasource);
        model::Dataset dataset;
        dataset.id = new_id();
        dataset.project_id = project;
        dataset.name = "d";
        dataset.datasource_id = datasource.id;
        return dataset;
    }

    Store store;
    DatasetTable datasets;
    std::string project;
    Jobs jobs;
};

inline std::size_t count_files(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder)) return 0;
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Asks until it is so; a test that would wait for ever is ended by its time limit.
template <typename Condition>
void until(const Condition& condition) {
    Cancellation never;
    while (!condition()) wait_for(std::chrono::milliseconds(1), never);
}

inline snapshot::Snapshot write_two_rows(const std::filesystem::path& file) {
    std::ofstream(file) << "a\r\n1\r\n2\r\n";
    return {
        .rows = 2, .bytes = 9, .sha256 = "5ha", .schema = {{.name = "a", .type = "int", .nullable = false}}};
}

/// Tells when it has begun, leaves a temporary file, and goes on until it is cancelled.
class Endless {
  public:
    Jobs::Take take() {
        return [this](const model::Dataset&, const std::filesystem::path& file, Cancellation& cancellation,
                      const Jobs::Observer& observer) -> snapshot::Snapshot {
            std::ofstream(file.string() + ".0123.part") << "half";
            observer({.rows = 5, .bytes = 50});
            begun = true;
            for (;;) wait_for(std::chrono::hours(1), cancellation);
        };
    }
    std::atomic<bool> begun{false};
};

}  // namespace prevision::platform
