#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/model.hpp"
#include "platform/store/tables/table.hpp"

namespace prevision::platform {

/// The datasources of a store.
class DatasourceTable : public Table<model::Datasource> {
  public:
    using Table::Table;

    /// The datasources of a connector. Call it inside a transaction.
    static std::vector<model::Datasource> list_of(sqlite::Database& database,
                                                  const std::string& connector_id);

    /// Error not_found when there is no such project, or the connector is not in it.
    void insert(const model::Datasource& datasource, Names names = Names::repeated);

    /// Calls `change` on the current datasource, and writes and returns the result. Error not_found when there is
    /// no such datasource, or its connector is not in its project; and what `change` throws. Nothing is written
    /// then.
    model::Datasource update(const std::string& id, const std::function<void(model::Datasource&)>& change,
                             Names names = Names::repeated);

    /// Error not_found, or conflict while a snapshot of it is unfinished. Its datasets are kept.
    void remove(const std::string& id);
};

}  // namespace prevision::platform
