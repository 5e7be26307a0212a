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
        column("hint", done.hint);
        column("created_at", done.created_at);
    }
};

template class Table<model::Exporter>;

namespace {

void set_committing(sqlite::Database& database, const std::string& export_id, bool committing) {
    database.prepare("UPDATE exports SET committing = ? WHERE id = ?")
        .bind(1, static_cast<std::int64_t>(committing))
        .bind(2, export_id)
        .run();
}

}  // namespace

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

model::Exporter ExporterTable::update(const std::string& id,
                                      const std::function<void(model::Exporter&)>& change, Names names) {
    return store_.write([&](sqlite::Database& database) {
        const auto checked_change = [&](model::Exporter& exporter) {
            change(exporter);
            rows::require_in_project(database, "connector", exporter.connector_id, exporter.project_id);
        };
        return rows::change<model::Exporter>(database, id, checked_change, names);
    });
}

void ExporterTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) { rows::remove<model::Exporter>(database, id); });
}

void ExporterTable::insert_export(const model::Export& started) {
    store_.write([&](sqlite::Database& database) {
        rows::get<model::Exporter>(database, started.exporter_id);
        // In the same step, so that the dataset is held from then on.
        constexpr std::string_view count = "SELECT COUNT(*) FROM datasets WHERE id = ?";
        if (!started.dataset_id.empty() && rows::count(database, count, started.dataset_id) == 0)
            throw Error(ErrorClass::not_found, fmt::format("there is no dataset {}", started.dataset_id));
        rows::insert(database, started);
    });
}

void ExporterTable::begin_commit(const std::string& export_id) {
    store_.write([&](sqlite::Database& database) { set_committing(database, export_id, true); });
}

void ExporterTable::settle_export(const model::Export& ended, Commit commit) {
    store_.write([&](sqlite::Database& database) {
        rows::update(database, ended);
        if (commit != Commit::as_it_is) set_committing(database, ended.id, commit == Commit::uncertain);
    });
}

std::vector<model::Export> ExporterTable::running_exports(const std::string& exporter_id) {
    return store_.read([&](sqlite::Database& database) {
        auto exports = rows::list_by<model::Export>(database, "exporter_id", exporter_id);
        std::erase_if(exports, [](const model::Export& each) { return each.status != "running"; });
        return exports;
    });
}

std::vector<std::string> ExporterTable::running_exporters() {
    return store_.read([&](sqlite::Database& database) {
        auto statement =
            database.prepare("SELECT DISTINCT exporter_id FROM exports WHERE status = 'running'");
        std::vector<std::string> ids;
        while (statement.step()) ids.push_back(statement.text(0));
        return ids;
    });
}

std::optional<std::string> ExporterTable::find_uncertain(const std::string& exporter_id,
                                                         const std::string& dataset_id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<std::string> {
        auto statement = database.prepare(
            "SELECT id FROM exports WHERE exporter_id = ? AND dataset_id = ? AND committing = 1 AND status = 'failed'");
        if (!statement.bind(1, exporter_id).bind(2, dataset_id).step()) return std::nullopt;
        return statement.text(0);
    });
}

bool ExporterTable::is_uncertain(const std::string& export_id) {
    return store_.read([&](sqlite::Database& database) {
        auto statement =
            database.prepare("SELECT 1 FROM exports WHERE id = ? AND committing = 1 AND status = 'failed'");
        return statement.bind(1, export_id).step();
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
