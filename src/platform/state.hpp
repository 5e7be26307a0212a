#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/environment.hpp"
#include "core/error.hpp"
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

/// The platform's state: its store, vault, running jobs and events. Safe on any thread.
struct State {
    explicit State(const Settings& settings);

    const Clock& clock;
    const Environment environment;  ///< what a source may look into
    const WaitLimits limits;
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

/// The object that was looked for by its id. Error not_found when there is none.
template <typename Object>
Object found(std::optional<Object> object, std::string_view noun, const std::string& id) {
    if (!object) throw Error(ErrorClass::not_found, fmt::format("there is no {} {}", noun, id));
    return std::move(*object);
}

/// The object of that id. Error not_found.
model::Connector get_connector(State& state, const std::string& id);
model::Datasource get_datasource(State& state, const std::string& id);

/// Seals a connector's secret; an empty one is not kept.
std::string seal_secret(State& state, const std::string& connector_id, const std::string& field,
                        const Secret& secret);

/// The connector with its secrets, ready to be opened. Error invalid when no engine serves its type; the vault's
/// errors.
sources::Connection open_connection(State& state, const model::Connector& connector);

/// Does some work with a source or writer of a connector. Afterwards, unless the server could not be reached or
/// refused the login, a connector without a host key gets the one that the server showed; later connections
/// must match it. Throws what the work throws.
void use_source(State& state, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work);

}  // namespace prevision::platform
