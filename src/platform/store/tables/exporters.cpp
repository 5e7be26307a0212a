#include "platform/store/tables/exporters.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "platform/store/tables/projects.hpp"

namespace prevision::platform {

namespace {

constexpr auto columns =
    R"(id, project_id, connector_id, name, description, filepath, bucket, "database", "table", g_cloud, )"
    "file_write_mode, database_write_mode, created_at";
constexpr auto export_columns = "id, exporter_id, dataset_id, status, rows, logs, created_at, error_class";

model::Exporter read_row(const sqlite::Statement& row) {
    return {.id = row.text(0),
            .project_id = row.text(1),
            .connector_id = row.text(2),
            .name = row.text(3),
            .description = row.text(4),
            .filepath = row.text(5),
            .bucket = row.text(6),
            .database = row.text(7),
            .table = row.text(8),
            .g_cloud = row.text(9),
            .file_write_mode = row.text(10),
            .database_write_mode = row.text(11),
            .created_at = row.text(12),
            .document = {}};
}

model::Export read_export(const sqlite::Statement& row) {
    model::Export done{.id = row.text(0),
                       .exporter_id = row.text(1),
                       .dataset_id = row.text(2),
                       .status = row.text(3),
                       .rows = std::nullopt,
                       .logs = row.text(5),
                       .error_class = row.text(7),
                       .created_at = row.text(6),
                       .document = {}};
    if (!row.is_null(4)) done.rows = static_cast<std::uint64_t>(row.integer(4));
    return done;
}

Error no_exporter(const std::string& id) {
    return {ErrorClass::not_found, fmt::format("there is no exporter {}", id)};
}

void require(sqlite::Database& database, std::string_view sql, const std::string& id,
             const Error& otherwise) {
    auto statement = database.prepare(sql);
    if (!statement.bind(1, id).step()) throw otherwise;
}

std::uint64_t count(sqlite::Database& database, std::string_view sql, const std::string& id) {
    auto statement = database.prepare(sql);
    statement.bind(1, id).step();
    return static_cast<std::uint64_t>(statement.integer(0));
}

}  // namespace

void ExporterTable::insert(const model::Exporter& exporter) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, exporter.project_id);
        auto connector = database.prepare("SELECT 1 FROM connectors WHERE id = ? AND project_id = ?");
        if (!connector.bind(1, exporter.connector_id).bind(2, exporter.project_id).step()) {
            throw Error(ErrorClass::not_found,
                        fmt::format("invalid connector_id: there is no connector {} in the project",
                                    exporter.connector_id));
        }
        auto statement = database.prepare(fmt::format(
            "INSERT INTO exporters ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", columns));
        int index = 0;
        for (const auto* value :
             {&exporter.id, &exporter.project_id, &exporter.connector_id, &exporter.name,
              &exporter.description, &exporter.filepath, &exporter.bucket, &exporter.database,
              &exporter.table, &exporter.g_cloud, &exporter.file_write_mode, &exporter.database_write_mode,
              &exporter.created_at}) {
            statement.bind(++index, *value);
        }
        statement.run();
    });
}

std::optional<model::Exporter> ExporterTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<model::Exporter> {
        auto statement = database.prepare(fmt::format("SELECT {} FROM exporters WHERE id = ?", columns));
        if (!statement.bind(1, id).step()) return std::nullopt;
        return read_row(statement);
    });
}

Listed<model::Exporter> ExporterTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        Listed<model::Exporter> list;
        list.total = count(database, "SELECT COUNT(*) FROM exporters WHERE project_id = ?", project_id);
        auto statement = database.prepare(fmt::format(
            "SELECT {} FROM exporters WHERE project_id = ? ORDER BY seq LIMIT ? OFFSET ?", columns));
        statement.bind(1, project_id);
        bind_page(statement, 2, page);
        while (statement.step()) list.items.push_back(read_row(statement));
        return list;
    });
}

void ExporterTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        database.prepare("DELETE FROM exporters WHERE id = ?").bind(1, id).run();
        if (database.changes() == 0) throw no_exporter(id);
    });
}

void ExporterTable::insert_export(const model::Export& done) {
    store_.write([&](sqlite::Database& database) {
        require(database, "SELECT 1 FROM exporters WHERE id = ?", done.exporter_id,
                no_exporter(done.exporter_id));
        auto statement = database.prepare(
            fmt::format("INSERT INTO exports ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", export_columns));
        statement.bind(1, done.id).bind(2, done.exporter_id).bind(3, done.dataset_id).bind(4, done.status);
        if (done.rows) {
            statement.bind(5, static_cast<std::int64_t>(*done.rows));
        } else {
            statement.bind_null(5);
        }
        statement.bind(6, done.logs).bind(7, done.created_at).bind(8, done.error_class).run();
    });
}

std::optional<model::Export> ExporterTable::find_export(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<model::Export> {
        auto statement = database.prepare(fmt::format("SELECT {} FROM exports WHERE id = ?", export_columns));
        if (!statement.bind(1, id).step()) return std::nullopt;
        return read_export(statement);
    });
}

Listed<model::Export> ExporterTable::list_exports(const std::string& exporter_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require(database, "SELECT 1 FROM exporters WHERE id = ?", exporter_id, no_exporter(exporter_id));
        Listed<model::Export> list;
        list.total = count(database, "SELECT COUNT(*) FROM exports WHERE exporter_id = ?", exporter_id);
        auto statement = database.prepare(fmt::format(
            "SELECT {} FROM exports WHERE exporter_id = ? ORDER BY seq LIMIT ? OFFSET ?", export_columns));
        statement.bind(1, exporter_id);
        bind_page(statement, 2, page);
        while (statement.step()) list.items.push_back(read_export(statement));
        return list;
    });
}

}  // namespace prevision::platform
