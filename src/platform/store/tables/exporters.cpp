#include "platform/store/tables/exporters.hpp"

#include "model/fields.hpp"
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
        model::visit_target(exporter, column);
        column("created_at", exporter.created_at);
    }
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
};

template class Table<model::Exporter>;

std::vector<model::Exporter> ExporterTable::list_of(sqlite::Database& database,
                                                    const std::string& connector_id) {
    return rows::list_by<model::Exporter>(database, "connector_id", connector_id);
}

void ExporterTable::insert(const model::Exporter& exporter, Names names) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, exporter.project_id);
        rows::require_in_project(database, "connector", exporter.connector_id, exporter.project_id);
        rows::insert(database, exporter, names);
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
