#pragma once

#include <optional>
#include <string>

#include "model/exporter.hpp"
#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

/// The exporters of a store, and what was exported through them. Errors beside those named are the store's.
class ExporterTable {
  public:
    explicit ExporterTable(Store& store) : store_(store) {}

    /// Error not_found when the project is not there, or the connector is not in it.
    void insert(const model::Exporter& exporter);
    std::optional<model::Exporter> find(const std::string& id);

    /// Error not_found when there is no such project.
    Listed<model::Exporter> list(const std::string& project_id, const Page& page);

    /// With its exports. Error not_found.
    void remove(const std::string& id);

    /// Error not_found when the exporter is gone.
    void insert_export(const model::Export& done);
    std::optional<model::Export> find_export(const std::string& id);

    /// Error not_found when there is no such exporter.
    Listed<model::Export> list_exports(const std::string& exporter_id, const Page& page);

  private:
    Store& store_;
};

}  // namespace prevision::platform
