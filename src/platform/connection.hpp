#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/environment.hpp"
#include "core/secret.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"
#include "sources/source.hpp"

namespace prevision::platform {

/// Connectors and datasources in the types of the sources layer.
sources::Connection connection_of(const model::Connector& connector, Secret password,
                                  const Environment& environment = {});
sources::Location location_of(const model::Datasource& datasource);

/// The types of connectors that the help offers: those with an engine, and kept ones that are still in use.
std::vector<std::string> connector_types();

/// Throws Error invalid, naming the field, when a connector is invalid. `kept_secrets` are
/// fields of secrets that it has although their values are not here. Does not use the network.
void check_connector(const model::Connector& connector, const std::set<std::string>& kept_secrets = {});

/// Throws the same when a datasource cannot be right for its connector.
void check_datasource(const model::Datasource& datasource, const model::Connector& connector);

/// Throws the same when an exporter cannot be right for its connector.
void check_exporter(const model::Exporter& exporter, const model::Connector& connector);

/// Throws Error invalid when no engine here serves the connector's type, so that it can be kept and not used.
void require_engine(const model::Connector& connector);

}  // namespace prevision::platform
