// Which datasets may be removed: pins and running exports hold them.
#include <fmt/format.h>

#include "core/error.hpp"
#include "platform/store/tables/datasets.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

namespace {

/// Of a dataset `d`.
constexpr std::string_view is_exported =
    "EXISTS (SELECT 1 FROM exports e WHERE e.dataset_id = d.id AND e.status = 'running')";

std::vector<DatasetTable::Kept> read_kept(sqlite::Statement& statement) {
    std::vector<DatasetTable::Kept> found;
    while (statement.step()) {
        found.push_back({.id = statement.text(0),
                         .name = statement.text(1),
                         .datasource_id = statement.text(2),
                         .created_at = statement.text(3),
                         .bytes = static_cast<std::uint64_t>(statement.integer(4)),
                         .pinned = statement.integer(5) != 0,
                         .exported = statement.integer(6) != 0});
    }
    return found;
}

sqlite::Statement select_kept(sqlite::Database& database, std::string_view clauses) {
    return database.prepare(fmt::format(
        "SELECT d.id, d.name, d.datasource_id, d.created_at, d.bytes, d.pinned, {} FROM datasets d WHERE "
        "d.state = 'done' {}",
        is_exported, clauses));
}

}  // namespace

void DatasetTable::require_unheld(sqlite::Database& database, const std::string& id) {
    auto statement =
        database.prepare(fmt::format("SELECT d.pinned, {} FROM datasets d WHERE d.id = ?", is_exported));
    if (!statement.bind(1, id).step()) return;
    if (statement.integer(0) != 0) {
        throw Error(ErrorClass::conflict, fmt::format("the dataset {} is pinned", id),
                    fmt::format("unpin it first: prevision dataset unpin {}", id));
    }
    if (statement.integer(1) != 0) {
        throw Error(ErrorClass::conflict, fmt::format("an export is running from the dataset {}", id),
                    "wait until the export has ended");
    }
}

std::vector<DatasetTable::Kept> DatasetTable::list_kept(const std::string& project_id,
                                                        const std::string& datasource_id) {
    return store_.read([&](sqlite::Database& database) {
        rows::require_project(database, project_id);
        auto statement = select_kept(database,
                                     "AND d.project_id = ?1 AND (?2 = '' OR d.datasource_id = ?2) "
                                     "ORDER BY d.datasource_id, d.created_at DESC, d.seq DESC");
        statement.bind(1, project_id).bind(2, datasource_id);
        return read_kept(statement);
    });
}

std::vector<DatasetTable::Kept> DatasetTable::list_done() {
    return store_.read([&](sqlite::Database& database) {
        auto statement = select_kept(database, "ORDER BY d.seq");
        return read_kept(statement);
    });
}

std::vector<std::string> DatasetTable::remove_unheld(const std::vector<std::string>& ids) {
    return store_.write([&](sqlite::Database& database) {
        auto remove = database.prepare(fmt::format(
            "DELETE FROM datasets AS d WHERE d.id = ? AND d.state = 'done' AND d.pinned = 0 AND NOT {}",
            is_exported));
        auto note = database.prepare("INSERT OR IGNORE INTO removed_datasets (id) VALUES (?)");
        std::vector<std::string> removed;
        for (const auto& id : ids) {
            remove.reset();
            remove.bind(1, id).run();
            if (database.changes() == 0) continue;
            note.reset();
            note.bind(1, id).run();
            removed.push_back(id);
        }
        return removed;
    });
}

void DatasetTable::forget_removed(const std::vector<std::string>& ids) {
    store_.write([&](sqlite::Database& database) {
        auto statement = database.prepare("DELETE FROM removed_datasets WHERE id = ?");
        for (const auto& id : ids) {
            statement.reset();
            statement.bind(1, id).run();
        }
    });
}

std::vector<std::string> DatasetTable::same_content(const std::string& sha256, std::uint64_t bytes) {
    return store_.read([&](sqlite::Database& database) {
        auto statement = database.prepare(
            "SELECT id FROM datasets WHERE state = 'done' AND sha256 = ? AND bytes = ? ORDER BY seq");
        statement.bind(1, sha256).bind(2, static_cast<std::int64_t>(bytes));
        std::vector<std::string> ids;
        while (statement.step()) ids.push_back(statement.text(0));
        return ids;
    });
}

}  // namespace prevision::platform
