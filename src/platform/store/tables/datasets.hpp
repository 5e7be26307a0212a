#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/model.hpp"
#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

/// What a finished snapshot is.
struct DatasetContent {
    std::optional<std::uint64_t> rows;  ///< nothing where none can be told
    std::uint64_t bytes = 0;
    std::string sha256;
    std::vector<model::SchemaColumn> schema;
    model::DatasetFile file;
};

/// The datasets of a store. A dataset goes pending → running → done or failed, and each step is taken once,
/// whoever tries: a step that finds the dataset in another state, or gone, returns false and changes nothing.
/// Errors beside those named are the store's.
class DatasetTable {
  public:
    explicit DatasetTable(Store& store) : store_(store) {}

    /// A pending one. Error not_found when the project is not there, or the datasource is not in that
    /// project.
    void insert(const model::Dataset& dataset);

    /// One that is done, of a file that was uploaded: it has no datasource. Error not_found when the project
    /// is not there.
    void insert_done(const model::Dataset& dataset, const DatasetContent& content);
    std::optional<model::Dataset> find(const std::string& id);

    /// Error not_found when there is no such project.
    Listed<model::Dataset> list(const std::string& project_id, const Page& page);

    /// The ids of all that are pending or running.
    std::vector<std::string> unfinished();

    bool start(const std::string& id);  ///< pending → running
    bool update_progress(const std::string& id, std::uint64_t rows, std::uint64_t bytes);  ///< while running
    bool finish(const std::string& id, const DatasetContent& content);  ///< running → done
    bool fail(const std::string& id, const Error& reason);              ///< pending or running → failed

    /// Takes it off the list and notes that its files are still to be removed. Error not_found.
    void remove(const std::string& id);

    /// The ids whose files are still to be removed, until `forget_removed`.
    std::vector<std::string> removed();
    void forget_removed(const std::string& id);

  private:
    std::vector<std::string> list_ids(std::string_view sql);

    Store& store_;
};

}  // namespace prevision::platform
