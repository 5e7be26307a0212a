#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/model.hpp"
#include "platform/store/tables/table.hpp"

namespace prevision::platform {

/// Sealed secrets by field, and the fingerprint of their key. An empty text removes the secret.
struct SealedSecrets {
    std::map<std::string, std::string> fields;
    std::string key_fingerprint;
};

/// A connector with its sealed secrets, by field.
struct SealedConnector {
    model::Connector connector;
    std::map<std::string, std::string> secrets;
};

/// The connectors of a store, and their sealed secrets.
///
/// While the store holds secrets, it remembers the key that they are sealed with. Error invalid for secrets that are
/// sealed with another key; nothing is written then.
class ConnectorTable : public Table<model::Connector> {
  public:
    using Table::Table;

    /// Error not_found when there is no such project.
    void insert(const model::Connector& connector, const SealedSecrets& secrets,
                Names names = Names::repeated);

    /// Changes a connector. The database is for reading, within the same transaction.
    using Change =
        std::function<void(model::Connector& connector, const std::set<std::string>& stored_secrets,
                           sqlite::Database& database)>;

    /// Calls `change` on the current connector, with the names of its stored secrets, and writes the result and the
    /// secrets in one transaction. Returns the connector. Error not_found, and what `change` throws: nothing is
    /// written then.
    model::Connector update(const std::string& id, const Change& change, const SealedSecrets& secrets,
                            Names names = Names::repeated);

    /// Error not_found, or conflict while a datasource or an exporter uses it.
    void remove(const std::string& id);

    /// The connector and its secrets as they were at one moment, or nothing: a secret may belong to no other host.
    std::optional<SealedConnector> find_sealed(const std::string& id);

    /// The sealed secret, or nothing.
    std::optional<std::string> find_secret(const std::string& id, const std::string& field);

    /// Seals every secret anew, in one transaction, in which `before` is called first. Error conflict when the secrets are
    /// sealed with another key than `old_fingerprint`; nothing is changed then.
    using Reseal = std::function<std::string(const std::string& id, const std::string& field,
                                             const std::string& sealed)>;
    void reseal(const std::string& old_fingerprint, const std::string& new_fingerprint,
                const std::function<void()>& before, const Reseal& seal_again);

    /// Calls `action` with the fingerprint of the key, in a transaction in which no other process can change the key.
    void while_no_key_changes(
        const std::function<void(const std::optional<std::string>& fingerprint)>& action);

    std::uint64_t count_secrets();

    /// The fingerprint of the key that the secrets are sealed with; nothing while the store has no secret.
    std::optional<std::string> key_fingerprint();
};

}  // namespace prevision::platform
