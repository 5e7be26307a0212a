#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/manifest.hpp"
#include "model/model.hpp"
#include "platform/store/tables/table.hpp"
#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// What a finished dataset holds.
struct DatasetContent {
    std::optional<std::uint64_t> rows;  ///< nothing when the format has no rows
    std::uint64_t bytes = 0;
    std::string sha256;
    std::vector<model::SchemaColumn> schema;
    model::DatasetFile file;
    model::Manifest manifest;  ///< what it was taken of; what it holds is set when it is stored
};

/// How far a running snapshot is, and how much there will be where that is known, as in model::Dataset.
struct DatasetProgress {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total_bytes{};
    std::optional<std::uint64_t> about_rows{};
};

/// Makes it a dataset that failed for that reason.
void set_failed(model::Dataset& dataset, const Error& reason);

/// Whether its snapshot is pending or running.
bool is_unfinished(const model::Dataset& dataset);

/// The datasets of a store. A dataset goes pending → running → done or failed. A step returns false and changes
/// nothing when the dataset is gone or in another state, so that only one process takes it.
///
class DatasetTable : public Table<model::Dataset> {
  public:
    using Table::Table;

    /// Adds a pending dataset. Error not_found when there is no such project, or the datasource is not in it.
    void insert(const model::Dataset& dataset, Names names = Names::repeated);

    /// Records that files of this id must be removed, unless `insert_done` follows.
    void note_files(const std::string& id);

    /// Adds a done dataset, of an uploaded file, so without a datasource. Error not_found when there is no such
    /// project.
    void insert_done(const model::Dataset& dataset, const DatasetContent& content,
                     Names names = Names::repeated);

    /// The manifest of a done dataset, as JSON. Of a dataset that was made before manifests were, what its record says.
    std::string manifest_of(const model::Dataset& dataset);

    /// Changes its name, and returns it. Error not_found.
    model::Dataset rename(const std::string& id, const std::string& name, Names names);

    /// The ids of the pending and running datasets.
    std::vector<std::string> unfinished();

    bool start(const std::string& id);                                        ///< pending → running
    bool update_progress(const std::string& id, const DatasetProgress& now);  ///< while running
    bool finish(const std::string& id, const DatasetContent& content);        ///< running → done
    bool fail(const std::string& id, const Error& reason);  ///< pending or running → failed

    /// running → gone: the source is as in the done dataset `same`, to which the id leads from then on, as the last ids of
    /// each dataset do. `states`: marks of the content. False, and it is still running, when that dataset is gone.
    bool finish_unchanged(const std::string& id, const std::string& same, const std::string& method,
                          const std::vector<model::ManifestState>& states);

    /// The marks of the last `finish_unchanged` with the dataset.
    std::vector<model::ManifestState> learned_states(const std::string& dataset_id);

    /// As `find`. An id of `finish_unchanged` finds the other dataset, with `unchanged_by` set.
    std::optional<model::Dataset> find_same(const std::string& id);

    /// The newest done dataset of a datasource.
    std::optional<model::Dataset> newest_done(const std::string& datasource_id);

    /// Deletes it, and records that its files must still be removed. Error not_found; conflict while it is pinned, or an
    /// export is running from it.
    void remove(const std::string& id);

    /// Pins or unpins it, and returns it. Error not_found, and conflict when it is to be pinned and is not done.
    model::Dataset pin(const std::string& id, bool pinned);

    /// What decides whether a done dataset is kept.
    struct Kept {
        std::string id;
        std::string name;
        std::string datasource_id;  ///< empty for an upload
        std::string created_at;
        std::uint64_t bytes = 0;
        bool pinned = false;
        bool exported = false;  ///< an export is running from it
    };

    /// The done datasets of a project, of one datasource unless that is empty: by datasource, the newest first.
    std::vector<Kept> list_kept(const std::string& project_id, const std::string& datasource_id);

    /// The done datasets of all projects, the oldest first.
    std::vector<Kept> list_done();

    /// Deletes those of them that are done and not held, in one step, as `remove`. Returns which they were.
    std::vector<std::string> remove_unheld(const std::vector<std::string>& ids);

    /// The done datasets of that content, the oldest first.
    std::vector<std::string> same_content(const std::string& sha256, std::uint64_t bytes);

    /// The ids of deleted datasets whose files must still be removed, until `forget_removed`.
    std::vector<std::string> removed();
    void forget_removed(const std::vector<std::string>& ids);

  private:
    static void require_unheld(sqlite::Database& database, const std::string& id);
    std::vector<std::string> select_ids(std::string_view sql);
};

}  // namespace prevision::platform
