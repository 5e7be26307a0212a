#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/exporter.hpp"
#include "platform/store/tables/table.hpp"

namespace prevision::platform {

/// The exporters of a store and their exports.
class ExporterTable : public Table<model::Exporter> {
  public:
    using Table::Table;

    /// The exporters of a connector. Call it inside a transaction.
    static std::vector<model::Exporter> list_of(sqlite::Database& database, const std::string& connector_id);

    /// Error not_found when there is no such project, or the connector is not in it.
    void insert(const model::Exporter& exporter, Names names = Names::repeated);

    /// Calls `change` on the current exporter, and writes and returns the result. Error not_found when there is no
    /// such exporter, or its connector is not in its project; and what `change` throws. Nothing is written then.
    model::Exporter update(const std::string& id, const std::function<void(model::Exporter&)>& change,
                           Names names);

    /// Removes its exports too. Error not_found.
    void remove(const std::string& id);

    /// Error not_found when there is no such exporter.
    void insert_export(const model::Export& started);

    /// Whether it is known that the rows of an export are written.
    enum class Commit { settled, uncertain, as_it_is };

    /// From now on it is uncertain whether the rows are written.
    void begin_commit(const std::string& export_id);

    /// Writes how an export ended.
    void settle_export(const model::Export& ended, Commit commit);
    std::vector<model::Export> running_exports(const std::string& exporter_id);
    std::vector<std::string> running_exporters();  ///< the ids of those that have a running export

    /// The id of an export of this dataset that ended while its rows were being committed, if there is one.
    std::optional<std::string> find_uncertain(const std::string& exporter_id, const std::string& dataset_id);
    bool is_uncertain(const std::string& export_id);
    std::optional<model::Export> find_export(const std::string& id);

    /// Error not_found when there is no such exporter.
    Listed<model::Export> list_exports(const std::string& exporter_id, const Page& page);
};

}  // namespace prevision::platform
