#include "platform/state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/file.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/file_format.hpp"
#include "snapshot/snapshot.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

std::filesystem::path make_home(const std::filesystem::path& home) {
    try {
        create_private_directory(home);
    } catch (const Error& error) {
        throw Error(error.error_class(), error.what(),
                    "PREVISION_HOME names another place for the embedded platform");
    }
    return home;
}

/// What a secret is sealed for: one field of one connector.
std::string secret_context(const std::string& connector_id, const std::string& field) {
    return fmt::format("{}/{}", connector_id, field);
}

/// Empty where the connector has none.
Secret open_secret(State& state, const std::string& connector_id, const std::string& field) {
    const auto sealed = state.connectors.find_secret(connector_id, field);
    return sealed ? state.vault.open(*sealed, secret_context(connector_id, field)) : Secret();
}

void remember_host_key(State& state, const std::string& connector_id, const sources::Caller& caller) {
    const auto learned = caller.host_key();
    if (!learned) return;
    const auto connector = state.connectors.find(connector_id);
    if (!connector || connector->options.contains("host_key")) return;
    state.connectors.update(connector_id,
                            [&](model::Connector& changed) {
                                // Keeps the key of another process that was first.
                                changed.options.emplace("host_key", *learned);
                            },
                            {});
}

snapshot::Snapshot take_snapshot(State& state, const model::Dataset& dataset,
                                 const std::filesystem::path& file, Cancellation& cancellation,
                                 const Jobs::Observer& observer) {
    const auto datasource = get_datasource(state, dataset.datasource_id);
    const auto connection = open_connection(state, get_connector(state, datasource.connector_id));
    const auto source = sources::open_source(connection, cancellation);
    snapshot::Snapshot taken;
    use_source(state, datasource.connector_id, *source, [&] {
        taken = snapshot::take_snapshot(*source, location_of(datasource), file, cancellation, observer,
                                        parse_format(datasource.format));
    });
    return taken;
}

}  // namespace

State::State(const Settings& settings)
    : clock(*settings.clock),
      environment(settings.environment),
      limits(settings.limits),
      store(make_home(settings.home) / "prevision.db", clock),
      tokens(store, clock),
      projects(store),
      connectors(store),
      datasources(store),
      datasets(store),
      exporters(store),
      vault(settings.vault_key_file.value_or(settings.home / "vault.key"),
            [this] { return connectors.key_fingerprint(); }),
      jobs(
          datasets, settings.home / "datasets",
          [this](const model::Dataset& dataset, const std::filesystem::path& file, Cancellation& cancellation,
                 const Jobs::Observer& observer) {
              return take_snapshot(*this, dataset, file, cancellation, observer);
          },
          [this](const std::string& id) { events.publish({.name = "DATASET_UPDATE", .id = id}); }) {}

model::Connector get_connector(State& state, const std::string& id) {
    return found(state.connectors.find(id), "connector", id);
}

model::Datasource get_datasource(State& state, const std::string& id) {
    return found(state.datasources.find(id), "datasource", id);
}

std::string seal_secret(State& state, const std::string& connector_id, const std::string& field,
                        const Secret& secret) {
    return state.vault.seal(secret, secret_context(connector_id, field));
}

sources::Connection open_connection(State& state, const model::Connector& connector) {
    require_engine(connector);
    auto connection =
        connection_of(connector, open_secret(state, connector.id, "password"), state.environment);
    connection.private_key = open_secret(state, connector.id, "private_key");
    connection.wait_limit = state.limits.wait;
    connection.silence_limit = state.limits.silence;
    if (state.limits.wait.count() > 0)
        connection.connect_timeout = std::min(connection.connect_timeout, state.limits.wait);
    return connection;
}

void use_source(State& state, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        const auto reason = error.error_class();
        if (reason != ErrorClass::auth && reason != ErrorClass::unreachable) {
            remember_host_key(state, connector_id, caller);
        }
        throw;
    } catch (...) {
        // The reader of the data wants no more of it.
        remember_host_key(state, connector_id, caller);
        throw;
    }
    remember_host_key(state, connector_id, caller);
}

}  // namespace prevision::platform
