#include "platform/store/tables/datasets.hpp"

#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "core/utf8.hpp"
#include "model/fields.hpp"
#include "platform/store/tables/rows.hpp"

namespace prevision::platform {

template <>
struct rows::Layout<model::Dataset> {
    static constexpr std::string_view table = "datasets";
    static constexpr std::string_view noun = "dataset";
    static constexpr std::string_view owner = "project_id";
    static constexpr std::string_view keeps_name = "state <> 'failed'";

    template <typename Dataset, typename Column>
    static void visit(Dataset& dataset, Column&& column) {
        column("id", dataset.id);
        column("project_id", dataset.project_id);
        column("name", dataset.name);
        column("datasource_id", dataset.datasource_id);
        column("state", dataset.copy_state);
        column("rows", dataset.rows);
        column("bytes", dataset.bytes);
        column("sha256", dataset.sha256);
        column("schema", dataset.schema);
        column("message", dataset.message);
        column("error_class", dataset.error_class);
        column("hint", dataset.hint);
        column("created_at", dataset.created_at);
        column("file_name", dataset.file.name);
        column("file_type", dataset.file.type);
        column("compression", dataset.file.compression);
        model::visit_format(dataset.file.format, column);
        column("note", dataset.file.note);
        column("total_bytes", dataset.total_bytes);
        column("about_rows", dataset.about_rows);
    }

    /// The API has four states. Only the copy does work here, so the other states follow it.
    static void complete(model::Dataset& dataset) {
        const auto others = dataset.copy_state == "running" ? std::string("pending") : dataset.copy_state;
        dataset.describe_state = others;
        dataset.drift_state = others;
        dataset.embeddings_state = others;
        // Until the copy is done, these columns only hold defaults.
        if (!dataset.done()) dataset.file = {};
    }
};

namespace {

/// How much there will be matters only while it runs.
void forget_totals(model::Dataset& dataset) {
    dataset.total_bytes.reset();
    dataset.about_rows.reset();
}

void set_content(model::Dataset& dataset, const DatasetContent& content) {
    dataset.copy_state = "done";
    dataset.rows = content.rows;
    dataset.bytes = content.bytes;
    forget_totals(dataset);
    dataset.sha256 = content.sha256;
    dataset.schema = content.schema;
    dataset.file = content.file;
}

void insert_removed(sqlite::Database& database, const std::string& id) {
    database.prepare("INSERT OR IGNORE INTO removed_datasets (id) VALUES (?)").bind(1, id).run();
}

void delete_removed(sqlite::Database& database, const std::string& id) {
    database.prepare("DELETE FROM removed_datasets WHERE id = ?").bind(1, id).run();
}

/// Changes the dataset when it is in one of the states `from`. Returns whether it was.
bool change(Store& store, const std::string& id, std::initializer_list<std::string_view> from,
            const std::function<void(model::Dataset&)>& change) {
    return store.write([&](sqlite::Database& database) {
        auto dataset = rows::find<model::Dataset>(database, id);
        if (!dataset || std::ranges::find(from, dataset->copy_state) == from.end()) return false;
        change(*dataset);
        rows::update(database, *dataset);
        return true;
    });
}

}  // namespace

template class Table<model::Dataset>;

void DatasetTable::insert(const model::Dataset& dataset, Names names) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, dataset.project_id);
        rows::require_in_project(database, "datasource", dataset.datasource_id, dataset.project_id);
        auto pending = dataset;
        pending.copy_state = "pending";
        rows::insert(database, pending, names);
    });
}

void DatasetTable::insert_done(const model::Dataset& dataset, const DatasetContent& content, Names names) {
    store_.write([&](sqlite::Database& database) {
        rows::require_project(database, dataset.project_id);
        auto done = dataset;
        set_content(done, content);
        rows::insert(database, done, names);
        delete_removed(database, done.id);
    });
}

model::Dataset DatasetTable::rename(const std::string& id, const std::string& name, Names names) {
    return store_.write([&](sqlite::Database& database) {
        const auto set_name = [&](model::Dataset& dataset) { dataset.name = name; };
        return rows::change<model::Dataset>(database, id, set_name, names);
    });
}

std::vector<std::string> DatasetTable::select_ids(std::string_view sql) {
    return store_.read([&](sqlite::Database& database) {
        std::vector<std::string> ids;
        auto statement = database.prepare(sql);
        while (statement.step()) ids.push_back(statement.text(0));
        return ids;
    });
}

std::vector<std::string> DatasetTable::unfinished() {
    return select_ids("SELECT id FROM datasets WHERE state IN ('pending', 'running')");
}

bool DatasetTable::start(const std::string& id) {
    return change(store_, id, {"pending"}, [](model::Dataset& dataset) { dataset.copy_state = "running"; });
}

bool DatasetTable::update_progress(const std::string& id, const DatasetProgress& now) {
    return change(store_, id, {"running"}, [&](model::Dataset& dataset) {
        // A file that holds no rows has none to tell of, and before the first one nothing else has.
        dataset.rows = now.rows == 0 ? std::nullopt : std::optional(now.rows);
        dataset.bytes = now.bytes;
        dataset.total_bytes = now.total_bytes;
        dataset.about_rows = now.about_rows;
    });
}

bool DatasetTable::finish(const std::string& id, const DatasetContent& content) {
    return change(store_, id, {"running"}, [&](model::Dataset& dataset) { set_content(dataset, content); });
}

void set_failed(model::Dataset& dataset, const Error& reason) {
    dataset.copy_state = "failed";
    dataset.rows.reset();
    dataset.bytes.reset();
    forget_totals(dataset);
    dataset.message = reason.what();
    dataset.error_class = to_string(reason.error_class());
    dataset.hint = reason.hint();
}

bool DatasetTable::fail(const std::string& id, const Error& reason) {
    return change(store_, id, {"pending", "running"},
                  [&](model::Dataset& dataset) { set_failed(dataset, reason); });
}

void DatasetTable::note_files(const std::string& id) {
    store_.write([&](sqlite::Database& database) { insert_removed(database, id); });
}

void DatasetTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        rows::remove<model::Dataset>(database, id);
        insert_removed(database, id);
    });
}

std::vector<std::string> DatasetTable::removed() { return select_ids("SELECT id FROM removed_datasets"); }

void DatasetTable::forget_removed(const std::string& id) {
    store_.write([&](sqlite::Database& database) { delete_removed(database, id); });
}

}  // namespace prevision::platform
