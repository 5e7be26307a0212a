#pragma once

#include <string>
#include <vector>

#include "core/environment.hpp"
#include "core/secret.hpp"
#include "model/model.hpp"
#include "sources/source.hpp"

namespace prevision::platform {

/// Connectors and datasources in the types of the sources layer.
sources::Connection connection_of(const model::Connector& connector, Secret password,
                                  const Environment& environment = {});
sources::Location location_of(const model::Datasource& datasource);

/// The types of connectors that can be kept here: those with an engine, and GCP.
std::vector<std::string> connector_types();

/// Throws Error invalid, naming the field, when a connector, with a password or without,
/// is invalid.
/// Does not use the network.
void check_connector(const model::Connector& connector, bool has_password);

/// Throws the same when a datasource cannot be right for its connector.
void check_datasource(const model::Datasource& datasource, const model::Connector& connector);

/// Throws Error invalid when no engine here serves the connector's type, so that it can be kept and not used.
void require_engine(const model::Connector& connector);

}  // namespace prevision::platform
