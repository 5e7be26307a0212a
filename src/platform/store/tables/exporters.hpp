#pragma once

#include <optional>
#include <string>

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

    /// Removes its exports too. Error not_found.
    void remove(const std::string& id);

    /// Error not_found when there is no such exporter.
    void insert_export(const model::Export& done);
    std::optional<model::Export> find_export(const std::string& id);

    /// Error not_found when there is no such exporter.
    Listed<model::Export> list_exports(const std::string& exporter_id, const Page& page);
};

}  // namespace prevision::platform
