#include "platform/store/tables/datasources.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "platform/store/tables/projects.hpp"

namespace prevision::platform {

namespace {

constexpr auto columns =
    R"(id, project_id, connector_id, name, path, "database", "table", bucket, request, g_cloud, created_at, )"
    "separator, quote, header, encoding";

model::Datasource read_row(const sqlite::Statement& row) {
    model::Datasource datasource{.id = row.text(0),
                                 .project_id = row.text(1),
                                 .connector_id = row.text(2),
                                 .name = row.text(3),
                                 .path = row.text(4),
                                 .database = row.text(5),
                                 .table = row.text(6),
                                 .bucket = row.text(7),
                                 .request = row.text(8),
                                 .g_cloud = row.text(9),
                                 .format = {.separator = row.text(11),
                                            .quote = row.text(12),
                                            .header = std::nullopt,
                                            .encoding = row.text(14)},
                                 .created_at = row.text(10),
                                 .document = {}};
    if (!row.is_null(13)) datasource.format.header = row.integer(13) != 0;
    return datasource;
}

/// Binds all fields but the ids and the time.
void bind_fields(sqlite::Statement& statement, const model::Datasource& datasource) {
    statement.bind(1, datasource.connector_id)
        .bind(2, datasource.name)
        .bind(3, datasource.path)
        .bind(4, datasource.database)
        .bind(5, datasource.table)
        .bind(6, datasource.bucket)
        .bind(7, datasource.request)
        .bind(8, datasource.g_cloud)
        .bind(9, datasource.format.separator)
        .bind(10, datasource.format.quote)
        .bind(12, datasource.format.encoding);
    if (datasource.format.header) statement.bind(11, std::int64_t{*datasource.format.header});
}

void require_connector(sqlite::Database& database, const model::Datasource& datasource) {
    auto statement = database.prepare("SELECT 1 FROM connectors WHERE id = ? AND project_id = ?");
    if (!statement.bind(1, datasource.connector_id).bind(2, datasource.project_id).step()) {
        throw Error(ErrorClass::not_found,
                    fmt::format("invalid connector_id: there is no connector {} in the project",
                                datasource.connector_id));
    }
}

std::optional<model::Datasource> find_row(sqlite::Database& database, const std::string& id) {
    auto statement = database.prepare(fmt::format("SELECT {} FROM datasources WHERE id = ?", columns));
    if (!statement.bind(1, id).step()) return std::nullopt;
    return read_row(statement);
}

Error no_datasource(const std::string& id) {
    return {ErrorClass::not_found, fmt::format("there is no datasource {}", id)};
}

}  // namespace

void DatasourceTable::insert(const model::Datasource& datasource) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, datasource.project_id);
        require_connector(database, datasource);
        auto statement = database.prepare(
            R"(INSERT INTO datasources (connector_id, name, path, "database", "table", bucket, request, g_cloud, )"
            "separator, quote, header, encoding, id, project_id, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        bind_fields(statement, datasource);
        statement.bind(13, datasource.id)
            .bind(14, datasource.project_id)
            .bind(15, datasource.created_at)
            .run();
    });
}

std::optional<model::Datasource> DatasourceTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) { return find_row(database, id); });
}

Listed<model::Datasource> DatasourceTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        Listed<model::Datasource> list;
        auto count = database.prepare("SELECT COUNT(*) FROM datasources WHERE project_id = ?");
        count.bind(1, project_id).step();
        list.total = static_cast<std::uint64_t>(count.integer(0));
        auto statement = database.prepare(fmt::format(
            "SELECT {} FROM datasources WHERE project_id = ? ORDER BY seq LIMIT ? OFFSET ?", columns));
        statement.bind(1, project_id);
        bind_page(statement, 2, page);
        while (statement.step()) list.items.push_back(read_row(statement));
        return list;
    });
}

model::Datasource DatasourceTable::update(const std::string& id,
                                          const std::function<void(model::Datasource&)>& change) {
    return store_.write([&](sqlite::Database& database) {
        auto datasource = find_row(database, id);
        if (!datasource) throw no_datasource(id);
        change(*datasource);
        require_connector(database, *datasource);
        auto statement = database.prepare(
            R"(UPDATE datasources SET connector_id = ?, name = ?, path = ?, "database" = ?, "table" = ?, )"
            "bucket = ?, request = ?, g_cloud = ?, separator = ?, quote = ?, header = ?, encoding = ? "
            "WHERE id = ?");
        bind_fields(statement, *datasource);
        statement.bind(13, id).run();
        return std::move(*datasource);
    });
}

void DatasourceTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        auto users = database.prepare(
            "SELECT COUNT(*) FROM datasets WHERE datasource_id = ? AND state IN ('pending', 'running')");
        users.bind(1, id).step();
        if (const auto count = users.integer(0); count > 0) {
            throw Error(ErrorClass::conflict,
                        count == 1 ? "1 snapshot of the datasource is not finished"
                                   : fmt::format("{} snapshots of the datasource are not finished", count),
                        "wait for the datasets, or delete them first");
        }
        database.prepare("DELETE FROM datasources WHERE id = ?").bind(1, id).run();
        if (database.changes() == 0) throw no_datasource(id);
    });
}

}  // namespace prevision::platform
