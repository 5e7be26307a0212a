#pragma once

#include <string>

#include "api/client.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// The object of that name or id. Error not_found when there is none, with the command that lists what there
/// is; Error usage with both ids when a name fits two.
model::Project find_project(api::Client& client, const std::string& name);
model::Connector find_connector(api::Client& client, const std::string& project_id, const std::string& name);
model::Datasource find_datasource(api::Client& client, const std::string& project_id,
                                  const std::string& name);
model::Exporter find_exporter(api::Client& client, const std::string& project_id, const std::string& name);
model::Dataset find_dataset(api::Client& client, const std::string& project_id, const std::string& name);

}  // namespace prevision::cli
