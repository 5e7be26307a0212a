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
                                  const sources::Reach& reach = {}, const Environment& environment = {});
sources::Location location_of(const model::Datasource& datasource);

/// The types of connectors that the help offers: those with an engine, and kept ones that are still in use.
std::vector<std::string> connector_types();

/// Throws Error invalid, naming the field, when a connector is invalid. `kept_secrets` are
/// fields of secrets that it has although their values are not here. Does not use the network. Error auth when the
/// reach does not allow a local file.
void check_connector(const model::Connector& connector, const std::set<std::string>& kept_secrets = {},
                     const sources::Reach& reach = {});

/// Throws Error invalid when a changed connector would send a stored secret to another place or in another way,
/// so that the secret must be given again. `stored` has the names of the secrets that are kept from before, `given`
/// of those that change.
void check_secrets_stay(const model::Connector& before, const model::Connector& after,
                        const std::set<std::string>& stored, const std::set<std::string>& given = {});

/// Throws Error conflict when a change of the connector's system breaks a datasource or an exporter that uses it.
void check_users(const model::Connector& before, const model::Connector& after,
                 const std::vector<model::Datasource>& datasources,
                 const std::vector<model::Exporter>& exporters);

/// Throws the same as check_connector when a datasource is invalid for its connector.
void check_datasource(const model::Datasource& datasource, const model::Connector& connector);

/// Throws the same when an exporter is invalid for its connector.
void check_exporter(const model::Exporter& exporter, const model::Connector& connector);

/// Throws Error invalid when no engine serves the connector's type: it is stored and cannot be used.
void require_engine(const model::Connector& connector);

}  // namespace prevision::platform
