#include "platform/store/tables/exporters.hpp"

#include "platform/store/tables/projects.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

template <>
struct rows::Layout<model::Exporter> {
    static constexpr std::string_view table = "exporters";
    static constexpr std::string_view noun = "exporter";
    static constexpr std::string_view owner = "project_id";

    template <typename Exporter, typename Column>
    static void visit(Exporter& exporter, Column&& column) {
        column("id", exporter.id);
        column("project_id", exporter.project_id);
        column("connector_id", exporter.connector_id);
        column("name", exporter.name);
        column("description", exporter.description);
        column("filepath", exporter.filepath);
        column("bucket", exporter.bucket);
        column("database", exporter.database);
        column("table", exporter.table);
        column("g_cloud", exporter.g_cloud);
        column("file_write_mode", exporter.file_write_mode);
        column("database_write_mode", exporter.database_write_mode);
        column("created_at", exporter.created_at);
    }
    static void complete(model::Exporter& /*exporter*/) {}
};

template <>
struct rows::Layout<model::Export> {
    static constexpr std::string_view table = "exports";
    static constexpr std::string_view noun = "export";
    static constexpr std::string_view owner = "exporter_id";

    template <typename Export, typename Column>
    static void visit(Export& done, Column&& column) {
        column("id", done.id);
        column("exporter_id", done.exporter_id);
        column("dataset_id", done.dataset_id);
        column("status", done.status);
        column("rows", done.rows);
        column("logs", done.logs);
        column("error_class", done.error_class);
        column("created_at", done.created_at);
    }
    static void complete(model::Export& /*done*/) {}
};

void ExporterTable::insert(const model::Exporter& exporter) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, exporter.project_id);
        rows::require_in_project(database, "connector", exporter.connector_id, exporter.project_id);
        rows::insert(database, exporter);
    });
}

std::optional<model::Exporter> ExporterTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) { return rows::find<model::Exporter>(database, id); });
}

Listed<model::Exporter> ExporterTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        return rows::list<model::Exporter>(database, project_id, page);
    });
}

void ExporterTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) { rows::remove<model::Exporter>(database, id); });
}

void ExporterTable::insert_export(const model::Export& done) {
    store_.write([&](sqlite::Database& database) {
        rows::get<model::Exporter>(database, done.exporter_id);
        rows::insert(database, done);
    });
}

std::optional<model::Export> ExporterTable::find_export(const std::string& id) {
    return store_.read([&](sqlite::Database& database) { return rows::find<model::Export>(database, id); });
}

Listed<model::Export> ExporterTable::list_exports(const std::string& exporter_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        rows::get<model::Exporter>(database, exporter_id);
        return rows::list<model::Export>(database, exporter_id, page);
    });
}

}  // namespace prevision::platform
