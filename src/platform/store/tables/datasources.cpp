#include "platform/store/tables/datasources.hpp"

#include "model/fields.hpp"
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
        model::visit_location(datasource, column);
        model::visit_format(datasource.format, column);
        column("created_at", datasource.created_at);
    }
};

namespace {

void require_connector(sqlite::Database& database, const model::Datasource& datasource) {
    rows::require_in_project(database, "connector", datasource.connector_id, datasource.project_id);
}

}  // namespace

template class Table<model::Datasource>;

std::vector<model::Datasource> DatasourceTable::list_of(sqlite::Database& database,
                                                        const std::string& connector_id) {
    return rows::list_by<model::Datasource>(database, "connector_id", connector_id);
}

void DatasourceTable::insert(const model::Datasource& datasource, Names names) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, datasource.project_id);
        require_connector(database, datasource);
        rows::insert(database, datasource, names);
    });
}

model::Datasource DatasourceTable::update(const std::string& id,
                                          const std::function<void(model::Datasource&)>& change,
                                          Names names) {
    return store_.write([&](sqlite::Database& database) {
        const auto checked_change = [&](model::Datasource& datasource) {
            change(datasource);
            require_connector(database, datasource);
        };
        return rows::change<model::Datasource>(database, id, checked_change, names);
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
