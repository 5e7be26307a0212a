#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "model/model.hpp"
#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

/// Secrets as the vault sealed them, by the field that they are the value of, and the fingerprint of the key.
/// An empty text takes the secret away.
struct SealedSecrets {
    std::map<std::string, std::string> fields;
    std::string key_fingerprint;
};

/// The connectors of a store, and their sealed secrets. Errors beside those named are the store's.
///
/// The store remembers which key its secrets are sealed with for as long as it holds any; sealing with
/// another one is an Error invalid, and nothing is written then.
class ConnectorTable {
  public:
    explicit ConnectorTable(Store& store) : store_(store) {}

    /// Error not_found when there is no such project.
    void insert(const model::Connector& connector, const SealedSecrets& secrets);
    std::optional<model::Connector> find(const std::string& id);

    /// Error not_found when there is no such project.
    Listed<model::Connector> list(const std::string& project_id, const Page& page);

    /// Lets `change` set fields of the connector, and writes these and the secrets that are named; what
    /// others set meanwhile is kept. Returns the connector. Error not_found, and what `change` throws:
    /// nothing is written then.
    model::Connector update(const std::string& id, const std::function<void(model::Connector&)>& change,
                            const SealedSecrets& secrets);

    /// Error not_found, or conflict while a datasource uses it.
    void remove(const std::string& id);

    /// The sealed secret, where the connector has one.
    std::optional<std::string> find_secret(const std::string& id, const std::string& field);

    /// The fingerprint of the key that the store's secrets are sealed with; nothing while it holds none.
    std::optional<std::string> key_fingerprint();

  private:
    Store& store_;
};

}  // namespace prevision::platform
