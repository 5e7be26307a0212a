#include "platform/store/tables/datasets.hpp"

#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "core/sha256.hpp"
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
        column("pinned", dataset.pinned);
        column("if_changed", dataset.if_changed);
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

std::string manifest_text(model::Manifest manifest, const model::Dataset& dataset) {
    model::set_content(manifest, dataset);
    manifest.columns_sha256 = sha256_of(model::canonical_columns(manifest.columns));
    return model::encode_manifest(manifest);
}

/// In the transaction that makes the dataset done.
void insert_manifest(sqlite::Database& database, const model::Dataset& dataset,
                     const model::Manifest& manifest) {
    database.prepare("INSERT INTO manifests (dataset_id, manifest) VALUES (?, ?)")
        .bind(1, dataset.id)
        .bind(2, manifest_text(manifest, dataset))
        .run();
}

void insert_removed(sqlite::Database& database, const std::string& id) {
    database.prepare("INSERT OR IGNORE INTO removed_datasets (id) VALUES (?)").bind(1, id).run();
}

void delete_removed(sqlite::Database& database, const std::string& id) {
    database.prepare("DELETE FROM removed_datasets WHERE id = ?").bind(1, id).run();
}

/// Changes the dataset when it is in one of the states `from`. Returns whether it was.
bool change(Store& store, const std::string& id, std::initializer_list<std::string_view> from,
            const std::function<void(model::Dataset&)>& change,
            const std::function<void(sqlite::Database&, const model::Dataset&)>& also = {}) {
    return store.write([&](sqlite::Database& database) {
        auto dataset = rows::find<model::Dataset>(database, id);
        if (!dataset || std::ranges::find(from, dataset->copy_state) == from.end()) return false;
        change(*dataset);
        rows::update(database, *dataset);
        if (also) also(database, *dataset);
        return true;
    });
}

}  // namespace

template class Table<model::Dataset>;

bool is_unfinished(const model::Dataset& dataset) {
    return dataset.copy_state == "pending" || dataset.copy_state == "running";
}

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
        insert_manifest(database, done, content.manifest);
        delete_removed(database, done.id);
    });
}

model::Dataset DatasetTable::rename(const std::string& id, const std::string& name, Names names) {
    return store_.write([&](sqlite::Database& database) {
        const auto set_name = [&](model::Dataset& dataset) { dataset.name = name; };
        return rows::change<model::Dataset>(database, id, set_name, names);
    });
}

model::Dataset DatasetTable::pin(const std::string& id, bool pinned) {
    return store_.write([&](sqlite::Database& database) {
        auto dataset = rows::get<model::Dataset>(database, id);
        if (pinned && !dataset.done()) {
            throw Error(ErrorClass::conflict,
                        fmt::format("cannot pin the dataset: it is {}", dataset.copy_state));
        }
        dataset.pinned = pinned;
        rows::update(database, dataset);
        return dataset;
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

bool DatasetTable::finish_unchanged(const std::string& id, const std::string& same, const std::string& method,
                                    const std::vector<model::ManifestState>& states) {
    model::Manifest learned;
    learned.states = states;
    return store_.write([&](sqlite::Database& database) {
        const auto running = rows::find<model::Dataset>(database, id);
        const auto kept = rows::find<model::Dataset>(database, same);
        if (!running || running->copy_state != "running" || !kept || !kept->done()) return false;
        rows::remove<model::Dataset>(database, id);
        insert_removed(database, id);
        database
            .prepare("INSERT INTO unchanged_datasets (id, dataset_id, method, states) VALUES (?, ?, ?, ?)")
            .bind(1, id)
            .bind(2, same)
            .bind(3, method)
            .bind(4, model::encode_manifest(learned))
            .run();
        database
            .prepare(
                "DELETE FROM unchanged_datasets WHERE dataset_id = ?1 AND seq <= (SELECT seq FROM "
                "unchanged_datasets WHERE dataset_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET 100)")
            .bind(1, same)
            .run();
        return true;
    });
}

std::vector<model::ManifestState> DatasetTable::learned_states(const std::string& dataset_id) {
    const auto text = store_.read([&](sqlite::Database& database) {
        auto statement = database.prepare(
            "SELECT states FROM unchanged_datasets WHERE dataset_id = ? ORDER BY seq DESC LIMIT 1");
        return statement.bind(1, dataset_id).step() ? statement.text(0) : std::string();
    });
    if (text.empty()) return {};
    return model::decode_manifest(model::JsonText(text)).states;
}

std::optional<model::Dataset> DatasetTable::find_same(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<model::Dataset> {
        if (auto dataset = rows::find<model::Dataset>(database, id)) return dataset;
        auto statement = database.prepare("SELECT dataset_id, method FROM unchanged_datasets WHERE id = ?");
        if (!statement.bind(1, id).step()) return std::nullopt;
        auto same = rows::find<model::Dataset>(database, statement.text(0));
        if (same) same->unchanged_by = statement.text(1);
        return same;
    });
}

std::optional<model::Dataset> DatasetTable::newest_done(const std::string& datasource_id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<model::Dataset> {
        auto statement = rows::select<model::Dataset>(
            database, "WHERE datasource_id = ? AND state = 'done' ORDER BY seq DESC LIMIT 1");
        if (!statement.bind(1, datasource_id).step()) return std::nullopt;
        return rows::read<model::Dataset>(statement);
    });
}

bool DatasetTable::finish(const std::string& id, const DatasetContent& content) {
    return change(
        store_, id, {"running"}, [&](model::Dataset& dataset) { set_content(dataset, content); },
        [&](sqlite::Database& database, const model::Dataset& dataset) {
            insert_manifest(database, dataset, content.manifest);
        });
}

std::string DatasetTable::manifest_of(const model::Dataset& dataset) {
    auto found = store_.read([&](sqlite::Database& database) {
        auto statement = database.prepare("SELECT manifest FROM manifests WHERE dataset_id = ?");
        return statement.bind(1, dataset.id).step() ? statement.text(0) : std::string();
    });
    return found.empty() ? manifest_text({}, dataset) : found;
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
        require_unheld(database, id);
        rows::remove<model::Dataset>(database, id);
        insert_removed(database, id);
    });
}

std::vector<std::string> DatasetTable::removed() { return select_ids("SELECT id FROM removed_datasets"); }

}  // namespace prevision::platform
