#include "platform/store/tables/connectors.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/json.hpp"
#include "platform/store/tables/projects.hpp"

namespace prevision::platform {

namespace {

constexpr auto columns = "id, project_id, type, name, host, port, username, options, created_at";
constexpr std::string_view fingerprint_setting = "key_fingerprint";

std::string write_options(const std::map<std::string, std::string>& options) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    for (const auto& [name, value] : options) model::write_text(writer, name, value);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::map<std::string, std::string> read_options(const std::string& text) {
    std::map<std::string, std::string> options;
    const auto document = model::parse_json_object(text);
    for (const auto& member : document.GetObject()) {
        options.emplace(member.name.GetString(), model::scalar_text(member.value).value_or(""));
    }
    return options;
}

model::Connector read_row(const sqlite::Statement& row) {
    model::Connector connector;
    connector.id = row.text(0);
    connector.project_id = row.text(1);
    connector.type = row.text(2);
    connector.name = row.text(3);
    connector.host = row.text(4);
    if (!row.is_null(5)) connector.port = static_cast<int>(row.integer(5));
    connector.username = row.text(6);
    connector.options = read_options(row.text(7));
    connector.created_at = row.text(8);
    return connector;
}

/// Binds all fields but the ids and the time.
void bind_fields(sqlite::Statement& statement, const model::Connector& connector) {
    statement.bind(1, connector.type).bind(2, connector.name).bind(3, connector.host);
    if (connector.port) {
        statement.bind(4, std::int64_t{*connector.port});
    } else {
        statement.bind_null(4);
    }
    statement.bind(5, connector.username).bind(6, write_options(connector.options));
}

std::optional<std::string> read_fingerprint(sqlite::Database& database) {
    auto statement = database.prepare("SELECT value FROM settings WHERE name = ?");
    if (!statement.bind(1, fingerprint_setting).step()) return std::nullopt;
    return statement.text(0);
}

/// The first secret binds the store to its key.
void remember_fingerprint(sqlite::Database& database, const std::string& fingerprint) {
    const auto known = read_fingerprint(database);
    if (!known) {
        database.prepare("INSERT INTO settings (name, value) VALUES (?, ?)")
            .bind(1, fingerprint_setting)
            .bind(2, fingerprint)
            .run();
    } else if (*known != fingerprint) {
        throw Error(ErrorClass::invalid, "the platform's secrets were sealed with another key meanwhile",
                    "use one and the same key file for this platform");
    }
}

/// With the last secret gone, no key is needed and any will do.
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

std::optional<model::Connector> find_row(sqlite::Database& database, const std::string& id) {
    auto statement = database.prepare(fmt::format("SELECT {} FROM connectors WHERE id = ?", columns));
    if (!statement.bind(1, id).step()) return std::nullopt;
    return read_row(statement);
}

Error no_connector(const std::string& id) {
    return {ErrorClass::not_found, fmt::format("there is no connector {}", id)};
}

}  // namespace

void ConnectorTable::insert(const model::Connector& connector, const SealedSecrets& secrets) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, connector.project_id);
        auto statement = database.prepare(
            "INSERT INTO connectors (type, name, host, port, username, options, id, project_id, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        bind_fields(statement, connector);
        statement.bind(7, connector.id).bind(8, connector.project_id).bind(9, connector.created_at).run();
        write_secrets(database, connector.id, secrets);
    });
}

std::optional<model::Connector> ConnectorTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) { return find_row(database, id); });
}

Listed<model::Connector> ConnectorTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        Listed<model::Connector> list;
        auto count = database.prepare("SELECT COUNT(*) FROM connectors WHERE project_id = ?");
        count.bind(1, project_id).step();
        list.total = static_cast<std::uint64_t>(count.integer(0));
        auto statement = database.prepare(fmt::format(
            "SELECT {} FROM connectors WHERE project_id = ? ORDER BY seq LIMIT ? OFFSET ?", columns));
        statement.bind(1, project_id);
        bind_page(statement, 2, page);
        while (statement.step()) list.items.push_back(read_row(statement));
        return list;
    });
}

model::Connector ConnectorTable::update(const std::string& id,
                                        const std::function<void(model::Connector&)>& change,
                                        const SealedSecrets& secrets) {
    return store_.write([&](sqlite::Database& database) {
        auto connector = find_row(database, id);
        if (!connector) throw no_connector(id);
        change(*connector);
        auto statement = database.prepare(
            "UPDATE connectors SET type = ?, name = ?, host = ?, port = ?, username = ?, options = ? WHERE "
            "id = ?");
        bind_fields(statement, *connector);
        statement.bind(7, id).run();
        write_secrets(database, id, secrets);
        return std::move(*connector);
    });
}

void ConnectorTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        auto users = database.prepare("SELECT COUNT(*) FROM datasources WHERE connector_id = ?");
        users.bind(1, id).step();
        if (const auto count = users.integer(0); count > 0) {
            throw Error(ErrorClass::conflict,
                        count == 1 ? "1 datasource uses the connector"
                                   : fmt::format("{} datasources use the connector", count),
                        "delete these first");
        }
        auto exporters = database.prepare("SELECT COUNT(*) FROM exporters WHERE connector_id = ?");
        exporters.bind(1, id).step();
        if (const auto count = exporters.integer(0); count > 0) {
            throw Error(ErrorClass::conflict,
                        count == 1 ? "1 exporter uses the connector"
                                   : fmt::format("{} exporters use the connector", count),
                        "delete these first");
        }
        database.prepare("DELETE FROM connectors WHERE id = ?").bind(1, id).run();
        if (database.changes() == 0) throw no_connector(id);
        forget_unused_fingerprint(database);
    });
}

std::optional<std::string> ConnectorTable::find_secret(const std::string& id, const std::string& field) {
    return store_.read([&](sqlite::Database& database) -> std::optional<std::string> {
        auto statement = database.prepare("SELECT sealed FROM secrets WHERE connector_id = ? AND field = ?");
        if (!statement.bind(1, id).bind(2, field).step()) return std::nullopt;
        return statement.text(0);
    });
}

std::optional<std::string> ConnectorTable::key_fingerprint() {
    return store_.read([](sqlite::Database& database) { return read_fingerprint(database); });
}

}  // namespace prevision::platform
