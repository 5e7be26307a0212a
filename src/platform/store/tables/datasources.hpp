#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/model.hpp"
#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

/// The datasources of a store. Errors beside those named are the store's.
class DatasourceTable {
  public:
    explicit DatasourceTable(Store& store) : store_(store) {}

    /// Error not_found when the project is not there, or the connector is not in that project.
    void insert(const model::Datasource& datasource);
    std::optional<model::Datasource> find(const std::string& id);

    /// Error not_found when there is no such project.
    Listed<model::Datasource> list(const std::string& project_id, const Page& page);

    /// Lets `change` set fields of the datasource and writes it; what others set meanwhile is kept. Returns
    /// the datasource. Error not_found when it is not there, or its connector not in its project, and what
    /// `change` throws: nothing is written then.
    model::Datasource update(const std::string& id, const std::function<void(model::Datasource&)>& change);

    /// Error not_found, or conflict while a snapshot of it is not finished. Its datasets stay.
    void remove(const std::string& id);

  private:
    Store& store_;
};

}  // namespace prevision::platform
