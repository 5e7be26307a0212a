#include "platform/store/tables/datasets.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/json.hpp"
#include "platform/store/tables/projects.hpp"
#include "platform/utf8.hpp"

namespace prevision::platform {

namespace {

constexpr auto columns =
    R"(id, project_id, name, datasource_id, state, rows, bytes, sha256, "schema", message, error_class, created_at, )"
    "file_name, file_type, compression, separator, quote, header, encoding, note";

/// What a file's columns are set to, from the first parameter on.
constexpr auto content_columns =
    R"(rows = ?1, bytes = ?2, sha256 = ?3, "schema" = ?4, file_name = ?5, file_type = ?6, compression = ?7, )"
    "separator = ?8, quote = ?9, header = ?10, encoding = ?11, note = ?12";

std::string write_schema(const std::vector<model::SchemaColumn>& schema) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartArray();
    for (const auto& column : schema) {
        writer.StartObject();
        model::write_text(writer, "name", valid_utf8(column.name));
        model::write_text(writer, "type", valid_utf8(column.type));
        writer.Key("nullable");
        writer.Bool(column.nullable);
        writer.EndObject();
    }
    writer.EndArray();
    return {buffer.GetString(), buffer.GetSize()};
}

std::vector<model::SchemaColumn> read_schema(const std::string& text) {
    std::vector<model::SchemaColumn> schema;
    const auto document = model::parse_json(text);
    for (const auto& column : document.GetArray()) {
        schema.push_back({.name = model::get_text(column, "name"),
                          .type = model::get_text(column, "type"),
                          .nullable = model::get_boolean(column, "nullable").value_or(true)});
    }
    return schema;
}

std::optional<std::uint64_t> read_count(const sqlite::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return static_cast<std::uint64_t>(row.integer(column));
}

/// The platform's API tells four steps apart; here copying is all there is to do, and the others follow it.
void set_states(model::Dataset& dataset, const std::string& state) {
    const auto others = state == "running" ? std::string("pending") : state;
    dataset.copy_state = state;
    dataset.describe_state = others;
    dataset.drift_state = others;
    dataset.embeddings_state = others;
}

/// From that column on.
model::DatasetFile read_file(const sqlite::Statement& row, int from) {
    model::FileFormat format{.separator = row.text(from + 3),
                             .quote = row.text(from + 4),
                             .header = std::nullopt,
                             .encoding = row.text(from + 6)};
    if (!row.is_null(from + 5)) format.header = row.integer(from + 5) != 0;
    return {.name = row.text(from),
            .type = row.text(from + 1),
            .compression = row.text(from + 2),
            .format = std::move(format),
            .note = row.text(from + 7)};
}

model::Dataset read_row(const sqlite::Statement& row) {
    model::Dataset dataset;
    dataset.id = row.text(0);
    dataset.project_id = row.text(1);
    dataset.name = row.text(2);
    dataset.datasource_id = row.text(3);
    set_states(dataset, row.text(4));
    dataset.rows = read_count(row, 5);
    dataset.bytes = read_count(row, 6);
    dataset.sha256 = row.text(7);
    dataset.schema = read_schema(row.text(8));
    dataset.message = row.text(9);
    dataset.error_class = row.text(10);
    dataset.created_at = row.text(11);
    // What it is made of is known once it is made.
    if (dataset.done()) dataset.file = read_file(row, 12);
    return dataset;
}

void bind_content(sqlite::Statement& statement, const DatasetContent& content) {
    if (content.rows) statement.bind(1, static_cast<std::int64_t>(*content.rows));
    const auto& file = content.file;
    statement.bind(2, static_cast<std::int64_t>(content.bytes))
        .bind(3, content.sha256)
        .bind(4, write_schema(content.schema))
        .bind(5, valid_utf8(file.name))
        .bind(6, file.type)
        .bind(7, file.compression)
        .bind(8, file.format.separator)
        .bind(9, file.format.quote)
        .bind(11, file.format.encoding)
        .bind(12, valid_utf8(file.note));
    if (file.format.header) statement.bind(10, std::int64_t{*file.format.header});
}

bool finish_row(sqlite::Database& database, const std::string& id, const DatasetContent& content) {
    auto statement = database.prepare(fmt::format(
        "UPDATE datasets SET state = 'done', {} WHERE id = ?13 AND state = 'running'", content_columns));
    bind_content(statement, content);
    statement.bind(13, id).run();
    return database.changes() > 0;
}

void require_datasource(sqlite::Database& database, const model::Dataset& dataset) {
    auto statement = database.prepare("SELECT 1 FROM datasources WHERE id = ? AND project_id = ?");
    if (!statement.bind(1, dataset.datasource_id).bind(2, dataset.project_id).step()) {
        throw Error(ErrorClass::not_found,
                    fmt::format("invalid datasource_id: there is no datasource {} in the project",
                                dataset.datasource_id));
    }
}

}  // namespace

void DatasetTable::insert(const model::Dataset& dataset) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, dataset.project_id);
        require_datasource(database, dataset);
        database
            .prepare(
                "INSERT INTO datasets (id, project_id, name, datasource_id, state, created_at) "
                "VALUES (?, ?, ?, ?, 'pending', ?)")
            .bind(1, dataset.id)
            .bind(2, dataset.project_id)
            .bind(3, dataset.name)
            .bind(4, dataset.datasource_id)
            .bind(5, dataset.created_at)
            .run();
    });
}

void DatasetTable::insert_done(const model::Dataset& dataset, const DatasetContent& content) {
    store_.write([&](sqlite::Database& database) {
        require_project(database, dataset.project_id);
        database
            .prepare(
                "INSERT INTO datasets (id, project_id, name, datasource_id, state, created_at) "
                "VALUES (?, ?, ?, '', 'running', ?)")
            .bind(1, dataset.id)
            .bind(2, dataset.project_id)
            .bind(3, dataset.name)
            .bind(4, dataset.created_at)
            .run();
        finish_row(database, dataset.id, content);
    });
}

std::optional<model::Dataset> DatasetTable::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) -> std::optional<model::Dataset> {
        auto statement = database.prepare(fmt::format("SELECT {} FROM datasets WHERE id = ?", columns));
        if (!statement.bind(1, id).step()) return std::nullopt;
        return read_row(statement);
    });
}

Listed<model::Dataset> DatasetTable::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        require_project(database, project_id);
        Listed<model::Dataset> list;
        auto count = database.prepare("SELECT COUNT(*) FROM datasets WHERE project_id = ?");
        count.bind(1, project_id).step();
        list.total = static_cast<std::uint64_t>(count.integer(0));
        auto statement = database.prepare(fmt::format(
            "SELECT {} FROM datasets WHERE project_id = ? ORDER BY seq LIMIT ? OFFSET ?", columns));
        statement.bind(1, project_id);
        bind_page(statement, 2, page);
        while (statement.step()) list.items.push_back(read_row(statement));
        return list;
    });
}

std::vector<std::string> DatasetTable::list_ids(std::string_view sql) {
    return store_.read([&](sqlite::Database& database) {
        std::vector<std::string> ids;
        auto statement = database.prepare(sql);
        while (statement.step()) ids.push_back(statement.text(0));
        return ids;
    });
}

std::vector<std::string> DatasetTable::unfinished() {
    return list_ids("SELECT id FROM datasets WHERE state IN ('pending', 'running')");
}

bool DatasetTable::start(const std::string& id) {
    return store_.write([&](sqlite::Database& database) {
        database.prepare("UPDATE datasets SET state = 'running' WHERE id = ? AND state = 'pending'")
            .bind(1, id)
            .run();
        return database.changes() > 0;
    });
}

bool DatasetTable::update_progress(const std::string& id, std::uint64_t rows, std::uint64_t bytes) {
    return store_.write([&](sqlite::Database& database) {
        database.prepare("UPDATE datasets SET rows = ?, bytes = ? WHERE id = ? AND state = 'running'")
            .bind(1, static_cast<std::int64_t>(rows))
            .bind(2, static_cast<std::int64_t>(bytes))
            .bind(3, id)
            .run();
        return database.changes() > 0;
    });
}

bool DatasetTable::finish(const std::string& id, const DatasetContent& content) {
    return store_.write([&](sqlite::Database& database) { return finish_row(database, id, content); });
}

bool DatasetTable::fail(const std::string& id, const Error& reason) {
    return store_.write([&](sqlite::Database& database) {
        database
            .prepare(
                "UPDATE datasets SET state = 'failed', rows = NULL, bytes = NULL, message = ?, error_class = "
                "? "
                "WHERE id = ? AND state IN ('pending', 'running')")
            .bind(1, valid_utf8(reason.what()))
            .bind(2, to_string(reason.error_class()))
            .bind(3, id)
            .run();
        return database.changes() > 0;
    });
}

void DatasetTable::remove(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        database.prepare("DELETE FROM datasets WHERE id = ?").bind(1, id).run();
        if (database.changes() == 0) {
            throw Error(ErrorClass::not_found, fmt::format("there is no dataset {}", id));
        }
        database.prepare("INSERT OR IGNORE INTO removed_datasets (id) VALUES (?)").bind(1, id).run();
    });
}

std::vector<std::string> DatasetTable::removed() { return list_ids("SELECT id FROM removed_datasets"); }

void DatasetTable::forget_removed(const std::string& id) {
    store_.write([&](sqlite::Database& database) {
        database.prepare("DELETE FROM removed_datasets WHERE id = ?").bind(1, id).run();
    });
}

}  // namespace prevision::platform
