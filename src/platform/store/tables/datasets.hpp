#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/model.hpp"
#include "platform/store/tables/table.hpp"

namespace prevision::platform {

/// What a finished dataset holds.
struct DatasetContent {
    std::optional<std::uint64_t> rows;  ///< nothing when the format has no rows
    std::uint64_t bytes = 0;
    std::string sha256;
    std::vector<model::SchemaColumn> schema;
    model::DatasetFile file;
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

    /// Changes its name, and returns it. Error not_found.
    model::Dataset rename(const std::string& id, const std::string& name, Names names);

    /// The ids of the pending and running datasets.
    std::vector<std::string> unfinished();

    bool start(const std::string& id);                                        ///< pending → running
    bool update_progress(const std::string& id, const DatasetProgress& now);  ///< while running
    bool finish(const std::string& id, const DatasetContent& content);        ///< running → done
    bool fail(const std::string& id, const Error& reason);  ///< pending or running → failed

    /// Deletes it, and records that its files must still be removed. Error not_found.
    void remove(const std::string& id);

    /// The ids of deleted datasets whose files must still be removed, until `forget_removed`.
    std::vector<std::string> removed();
    void forget_removed(const std::string& id);

  private:
    std::vector<std::string> select_ids(std::string_view sql);
};

}  // namespace prevision::platform
