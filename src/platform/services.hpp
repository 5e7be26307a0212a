#pragma once

#include <functional>
#include <string>

#include "core/clock.hpp"
#include "core/environment.hpp"
#include "model/model.hpp"
#include "platform/datasets/jobs.hpp"
#include "platform/events.hpp"
#include "platform/platform.hpp"
#include "platform/store/store.hpp"
#include "platform/store/tables/connectors.hpp"
#include "platform/store/tables/datasets.hpp"
#include "platform/store/tables/datasources.hpp"
#include "platform/store/tables/exporters.hpp"
#include "platform/store/tables/projects.hpp"
#include "platform/store/tokens.hpp"
#include "platform/store/vault.hpp"
#include "sources/source.hpp"

namespace prevision::platform {

/// What the handlers work with. Safe on any thread.
struct Services {
    explicit Services(const Settings& settings);

    const Clock& clock;
    const Environment environment;  ///< what a source may look into
    EventBus events;
    Store store;
    Tokens tokens;
    ProjectTable projects;
    ConnectorTable connectors;
    DatasourceTable datasources;
    DatasetTable datasets;
    ExporterTable exporters;
    Vault vault;
    Jobs jobs;
};

/// The object of that id. Error not_found.
model::Connector get_connector(Services& services, const std::string& id);
model::Datasource get_datasource(Services& services, const std::string& id);

/// Seals a connector's secret; an empty one is not kept.
std::string seal_secret(Services& services, const std::string& connector_id, const std::string& field,
                        const Secret& secret);

/// The connector with its password, ready to be opened. Error invalid when no engine serves its type, and the
/// vault's.
sources::Connection open_connection(Services& services, const model::Connector& connector);

/// Does some work with what calls a connector's system. The key of the server is kept in the connector, where
/// that has none yet, unless the server could not be reached or refused who called: it is held to that key
/// from then on. Throws what the work throws.
void use_source(Services& services, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work);

}  // namespace prevision::platform
