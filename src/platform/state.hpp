#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/environment.hpp"
#include "core/error.hpp"
#include "core/slots.hpp"
#include "model/model.hpp"
#include "platform/datasets/exports.hpp"
#include "platform/datasets/jobs.hpp"
#include "platform/events.hpp"
#include "platform/guess_limit.hpp"
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

    /// See Platform::confine.
    void confine(const Confinement& confinement);

    /// See Platform::leftovers.
    std::vector<std::filesystem::path> leftovers();

    const Clock& clock;
    Environment environment;  ///< for sources
    sources::Reach reach;     ///< of all connections
    std::optional<Slots>
        connector_calls;  ///< with snapshots and exports, by the connector's id; set when it is served
    std::optional<Slots> token_jobs;  ///< snapshots and exports, by the token's id; set when it is served
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
    GuessLimit guesses;
    Jobs jobs;
    Exports exports;
};

/// The object that was looked up by its id. Error not_found when there is no such object.
template <typename Object>
Object found(std::optional<Object> object, std::string_view noun, const std::string& id) {
    if (!object) throw Error(ErrorClass::not_found, fmt::format("there is no {} {}", noun, id));
    return std::move(*object);
}

/// The object with this id, or Error not_found.
model::Connector get_connector(State& state, const std::string& id);
model::Datasource get_datasource(State& state, const std::string& id);
model::Exporter get_exporter(State& state, const std::string& id);

/// Seals a connector's secret, which must not be empty.
std::string seal_secret(State& state, const std::string& connector_id, const std::string& field,
                        const Secret& secret);

/// A stored secret; empty when the connector has none in this field. Errors as the vault's.
Secret open_secret(State& state, const std::string& connector_id, const std::string& field);

/// Gives the vault a new key and seals every secret with it. Interrupted anywhere, it loses no secret.
void rekey_vault(State& state);

/// A connector, and the connection that its fields and secrets make.
struct OpenedConnector {
    model::Connector connector;
    sources::Connection connection;
};

/// Both as they were at one moment. Error not_found, invalid when no engine serves its type, and the vault's errors.
OpenedConnector open_connector(State& state, const std::string& connector_id);

/// The same, where only the connection is needed.
sources::Connection open_connection(State& state, const std::string& connector_id);

/// Counts one call of a connector on a served platform; nothing on an embedded one. Error unreachable (503) while the
/// connector has as many calls as are allowed.
std::optional<Slots::Slot> take_slot(State& state, const std::string& connector_id);

/// Counts a snapshot or an export as a call of its connector, and for the caller's token, until the object goes; null
/// on an embedded platform. Error unreachable (503) while either has as many as are allowed.
std::shared_ptr<const void> take_job_slots(State& state, const std::string& connector_id,
                                           const std::optional<Caller>& caller);

/// Runs `work`, which uses a source or writer of the connector. Afterwards, unless the server was unreachable or
/// refused the login, a connector without a host key gets the key that the server showed; later connections must
/// match it. Throws what `work` throws.
void use_source(State& state, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work);

}  // namespace prevision::platform
