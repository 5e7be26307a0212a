#include "platform/store/tables/connectors.hpp"

#include <array>
#include <vector>

#include "core/error.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

template <>
struct rows::Layout<model::Connector> {
    static constexpr std::string_view table = "connectors";
    static constexpr std::string_view noun = "connector";
    static constexpr std::string_view owner = "project_id";

    template <typename Connector, typename Column>
    static void visit(Connector& connector, Column&& column) {
        column("id", connector.id);
        column("project_id", connector.project_id);
        column("type", connector.type);
        column("name", connector.name);
        column("host", connector.host);
        column("port", connector.port);
        column("username", connector.username);
        column("options", connector.options);
        column("created_at", connector.created_at);
    }
};

namespace {

constexpr std::string_view fingerprint_setting = "key_fingerprint";

std::optional<std::string> read_fingerprint(sqlite::Database& database) {
    auto statement = database.prepare("SELECT value FROM settings WHERE name = ?");
    if (!statement.bind(1, fingerprint_setting).step()) return std::nullopt;
    return statement.text(0);
}

/// The first secret fixes the key.
void remember_fingerprint(sqlite::Database& database, const std::string& fingerprint) {
    const auto known = read_fingerprint(database);
    if (!known) {
        database.prepare("INSERT INTO settings (name, value) VALUES (?, ?)")
            .bind(1, fingerprint_setting)
            .bind(2, fingerprint)
            .run();
    } else if (*known != fingerprint) {
        throw Error(ErrorClass::invalid, "another process has sealed secrets with another key",
                    "use the same key file for this platform everywhere");
    }
}

/// After the last secret is gone, any key may be used.
void forget_unused_fingerprint(sqlite::Database& database) {
    database.prepare("DELETE FROM settings WHERE name = ? AND NOT EXISTS (SELECT 1 FROM secrets)")
        .bind(1, fingerprint_setting)
        .run();
}

void write_secrets(sqlite::Database& database, const std::string& id, const SealedSecrets& secrets) {
    for (const auto& [field, sealed] : secrets.fields) {
        if (sealed.empty()) {
            database.prepare("DELETE FROM secrets WHERE connector_id = ? AND field = ?")
                .bind(1, id)
                .bind(2, field)
                .run();
            continue;
        }
        remember_fingerprint(database, secrets.key_fingerprint);
        database.prepare("INSERT OR REPLACE INTO secrets (connector_id, field, sealed) VALUES (?, ?, ?)")
            .bind(1, id)
            .bind(2, field)
            .bind_blob(3, sealed)
            .run();
    }
    forget_unused_fingerprint(database);
}

}  // namespace

template class Table<model::Connector>;

void ConnectorTable::insert(const model::Connector& connector, const SealedSecrets& secrets, Names names) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, connector.project_id);
        rows::insert(database, connector, names);
        write_secrets(database, connector.id, secrets);
    });
}

model::Connector ConnectorTable::update(const std::string& id, const Change& change,
                                        const SealedSecrets& secrets, Names names) {
    return store_.write([&](sqlite::Database& database) {
        std::set<std::string> stored;
        auto statement = database.prepare("SELECT field FROM secrets WHERE connector_id = ?");
        statement.bind(1, id);
        while (statement.step()) stored.insert(statement.text(0));
        auto connector = rows::change<model::Connector>(
            database, id, [&](model::Connector& changed) { change(changed, stored, database); }, names);
        write_secrets(database, id, secrets);
        return connector;
    });
}

void ConnectorTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        rows::refuse_while_used(database, "SELECT COUNT(*) FROM datasources WHERE connector_id = ?", id,
                                "datasource uses the connector", "datasources use the connector",
                                "delete these first");
        rows::refuse_while_used(database, "SELECT COUNT(*) FROM exporters WHERE connector_id = ?", id,
                                "exporter uses the connector", "exporters use the connector",
                                "delete these first");
        rows::remove<model::Connector>(database, id);
        forget_unused_fingerprint(database);
    });
}

std::optional<SealedConnector> ConnectorTable::find_sealed(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<SealedConnector> {
        auto connector = rows::find<model::Connector>(database, id);
        if (!connector) return std::nullopt;
        SealedConnector found{.connector = std::move(*connector), .secrets = {}};
        auto statement = database.prepare("SELECT field, sealed FROM secrets WHERE connector_id = ?");
        statement.bind(1, id);
        while (statement.step()) found.secrets.emplace(statement.text(0), statement.text(1));
        return found;
    });
}

std::optional<std::string> ConnectorTable::find_secret(const std::string& id, const std::string& field) {
    return store_.read([&](sqlite::Database& database) -> std::optional<std::string> {
        auto statement = database.prepare("SELECT sealed FROM secrets WHERE connector_id = ? AND field = ?");
        if (!statement.bind(1, id).bind(2, field).step()) return std::nullopt;
        return statement.text(0);
    });
}

void ConnectorTable::reseal(const std::string& old_fingerprint, const std::string& new_fingerprint,
                            const std::function<void()>& before, const Reseal& seal_again) {
    store_.write([&](sqlite::Database& database) {
        const auto known = read_fingerprint(database);
        if (known && *known != old_fingerprint)
            throw Error(ErrorClass::conflict, "another process has changed the key meanwhile", "try again");
        before();
        auto secrets = database.prepare("SELECT connector_id, field, sealed FROM secrets");
        std::vector<std::array<std::string, 3>> rows;
        while (secrets.step()) rows.push_back({secrets.text(0), secrets.text(1), secrets.text(2)});
        for (const auto& [id, field, sealed] : rows) {
            database.prepare("UPDATE secrets SET sealed = ? WHERE connector_id = ? AND field = ?")
                .bind_blob(1, seal_again(id, field, sealed))
                .bind(2, id)
                .bind(3, field)
                .run();
        }
        database.prepare("UPDATE settings SET value = ? WHERE name = ?")
            .bind(1, new_fingerprint)
            .bind(2, fingerprint_setting)
            .run();
    });
}

void ConnectorTable::while_no_key_changes(
    const std::function<void(const std::optional<std::string>& fingerprint)>& action) {
    store_.write([&](sqlite::Database& database) { action(read_fingerprint(database)); });
}

std::uint64_t ConnectorTable::count_secrets() {
    return store_.read([](sqlite::Database& database) {
        return rows::count(database, "SELECT COUNT(*) FROM secrets WHERE field <> ?", "");
    });
}

std::optional<std::string> ConnectorTable::key_fingerprint() {
    return store_.read([](sqlite::Database& database) { return read_fingerprint(database); });
}

}  // namespace prevision::platform
