#include "platform/store/tables/datasources.hpp"

#include "platform/store/tables/projects.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

template <>
struct rows::Layout<model::Datasource> {
    static constexpr std::string_view table = "datasources";
    static constexpr std::string_view noun = "datasource";
    static constexpr std::string_view owner = "project_id";

    template <typename Datasource, typename Column>
    static void visit(Datasource& datasource, Column&& column) {
        column("id", datasource.id);
        column("project_id", datasource.project_id);
        column("connector_id", datasource.connector_id);
        column("name", datasource.name);
        column("path", datasource.path);
        column("database", datasource.database);
        column("table", datasource.table);
        column("bucket", datasource.bucket);
        column("request", datasource.request);
        column("g_cloud", datasource.g_cloud);
        column("separator", datasource.format.separator);
        column("quote", datasource.format.quote);
        column("escape", datasource.format.escape);
        column("comment", datasource.format.comment);
        column("header", datasource.format.header);
        column("skip", datasource.format.skip);
        column("encoding", datasource.format.encoding);
        column("created_at", datasource.created_at);
    }
    static void complete(model::Datasource& /*datasource*/) {}
};

namespace {

void require_connector(sqlite::Database& database, const model::Datasource& datasource) {
    rows::require_in_project(database, "connector", datasource.connector_id, datasource.project_id);
}

}  // namespace

void DatasourceTable::insert(const model::Datasource& datasource) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, datasource.project_id);
        require_connector(database, datasource);
        rows::insert(database, datasource);
    });
}

std::optional<model::Datasource> DatasourceTable::find(const std::string& id) {
    return store_.read(
        [&](sqlite::Database& database) { return rows::find<model::Datasource>(database, id); });
}

Listed<model::Datasource> DatasourceTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        return rows::list<model::Datasource>(database, project_id, page);
    });
}

model::Datasource DatasourceTable::update(const std::string& id,
                                          const std::function<void(model::Datasource&)>& change) {
    return store_.write([&](sqlite::Database& database) {
        auto datasource = rows::get<model::Datasource>(database, id);
        change(datasource);
        require_connector(database, datasource);
        rows::update(database, datasource);
        return datasource;
    });
}

void DatasourceTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        rows::refuse_while_used(
            database,
            "SELECT COUNT(*) FROM datasets WHERE datasource_id = ? AND state IN ('pending', 'running')", id,
            "snapshot of the datasource is not finished", "snapshots of the datasource are not finished",
            "wait for the datasets, or delete them first");
        rows::remove<model::Datasource>(database, id);
    });
}

}  // namespace prevision::platform
