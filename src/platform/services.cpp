#include "platform/services.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
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
Secret open_secret(Services& services, const std::string& connector_id, const std::string& field) {
    const auto sealed = services.connectors.find_secret(connector_id, field);
    return sealed ? services.vault.open(*sealed, secret_context(connector_id, field)) : Secret();
}

snapshot::Snapshot take_snapshot(Services& services, const model::Dataset& dataset,
                                 const std::filesystem::path& file, Cancellation& cancellation,
                                 const Jobs::Observer& observer) {
    const auto datasource = get_datasource(services, dataset.datasource_id);
    const auto connection = open_connection(services, get_connector(services, datasource.connector_id));
    const auto source = sources::open_source(connection, cancellation);
    snapshot::Snapshot taken;
    use_source(services, datasource.connector_id, *source, [&] {
        taken = snapshot::take_snapshot(*source, location_of(datasource), file, cancellation, observer,
                                        parse_format(datasource.format));
    });
    return taken;
}

}  // namespace

Services::Services(const Settings& settings)
    : clock(*settings.clock),
      environment(settings.environment),
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

model::Connector get_connector(Services& services, const std::string& id) {
    auto connector = services.connectors.find(id);
    if (!connector) throw Error(ErrorClass::not_found, fmt::format("there is no connector {}", id));
    return std::move(*connector);
}

model::Datasource get_datasource(Services& services, const std::string& id) {
    auto datasource = services.datasources.find(id);
    if (!datasource) throw Error(ErrorClass::not_found, fmt::format("there is no datasource {}", id));
    return std::move(*datasource);
}

std::string seal_secret(Services& services, const std::string& connector_id, const std::string& field,
                        const Secret& secret) {
    return services.vault.seal(secret, secret_context(connector_id, field));
}

sources::Connection open_connection(Services& services, const model::Connector& connector) {
    require_engine(connector);
    auto connection =
        connection_of(connector, open_secret(services, connector.id, "password"), services.environment);
    connection.private_key = open_secret(services, connector.id, "private_key");
    return connection;
}

namespace {

void remember_host_key(Services& services, const std::string& connector_id, const sources::Caller& caller) {
    const auto learned = caller.host_key();
    if (!learned) return;
    const auto connector = services.connectors.find(connector_id);
    if (!connector || connector->options.contains("host_key")) return;
    services.connectors.update(connector_id,
                               [&](model::Connector& changed) {
                                   // Unless another process was first: the key that was kept is the one that
                                   // holds.
                                   changed.options.emplace("host_key", *learned);
                               },
                               {});
}

}  // namespace

void use_source(Services& services, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        const auto reason = error.error_class();
        if (reason != ErrorClass::auth && reason != ErrorClass::unreachable) {
            remember_host_key(services, connector_id, caller);
        }
        throw;
    } catch (...) {
        // Who reads what comes wants no more.
        remember_host_key(services, connector_id, caller);
        throw;
    }
    remember_host_key(services, connector_id, caller);
}

}  // namespace prevision::platform
