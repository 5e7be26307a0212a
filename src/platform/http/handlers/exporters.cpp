#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/utf8.hpp"
#include "model/exporter.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/datasets/file_export.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "platform/http/handlers/uploads.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

constexpr std::array<std::string_view, 3> file_modes{"timestamp", "safe", "replace"};
constexpr std::array<std::string_view, 2> database_modes{"append", "replace"};

/// What the values of the columns are, as far as it is known.
using Kinds = std::vector<std::optional<sources::ValueKind>>;

/// What is to be written.
struct Content {
    std::filesystem::path file;  ///< its bytes
    Kinds kinds;

    /// Hands the rows that these are to a sink.
    std::function<void(sources::RowSink& sink, const Cancellation& cancellation)> rows;
};

/// Writes the rows that it is given through a writer.
class ExportSink final : public sources::RowSink {
  public:
    ExportSink(sources::TableWriter& writer, const model::Exporter& exporter, const Kinds& kinds)
        : writer_(writer), exporter_(exporter), kinds_(kinds) {}

    void columns(std::span<const sources::Column> columns) override {
        std::vector<sources::OutgoingColumn> written;
        for (std::size_t at = 0; at < columns.size(); ++at)
            written.emplace_back(columns[at].name, at < kinds_.size() ? kinds_[at] : std::nullopt);
        writer_.begin({.database = exporter_.database, .table = exporter_.table}, written,
                      exporter_.database_write_mode == "replace" ? sources::WriteMode::replace
                                                                 : sources::WriteMode::append);
        cells_.resize(written.size());
    }

    void row(std::span<const sources::Value> values) override {
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            cells_[i].reset();
            if (!values[i].is_null()) cells_[i].emplace(values[i].text());
        }
        writer_.row(cells_);
        ++rows_;
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }

  private:
    sources::TableWriter& writer_;
    const model::Exporter& exporter_;
    const Kinds& kinds_;
    std::vector<std::optional<std::string>> cells_;
    std::uint64_t rows_ = 0;
};

model::Exporter get_exporter(State& state, const std::string& id) {
    return found(state.exporters.find(id), "exporter", id);
}

model::Export get_export(State& state, const std::string& id) {
    return found(state.exporters.find_export(id), "export", id);
}

Answer list_exports(State& state, const RoutedCall& routed) {
    return list_page(routed, [&](const Page& page) {
        return state.exporters.list_exports(routed.parameters.at(0), page);
    });
}

Answer remove_exporter(State& state, const RoutedCall& routed) {
    state.exporters.remove(routed.parameters.at(0));
    return empty_answer();
}

template <std::size_t size>
std::string read_mode(const Body& body, std::string_view field,
                      const std::array<std::string_view, size>& known) {
    auto mode = body.text(field);
    if (!mode.empty() && std::ranges::find(known, mode) == known.end()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid {}: '{}' is none of {}", field, mode, fmt::join(known, ", ")));
    }
    return mode;
}

Answer create_exporter(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const model::Exporter exporter{
        .id = new_id(),
        .project_id = routed.parameters.at(0),
        .connector_id = body.required_text("connector_id"),
        .name = body.required_text("name"),
        .description = body.text("description"),
        .filepath = body.text("filepath"),
        .bucket = body.text("bucket"),
        .database = body.text("database"),
        .table = body.text("table"),
        .g_cloud = body.text("g_cloud"),
        .file_write_mode = read_mode(body, "file_write_mode", file_modes),
        .database_write_mode = read_mode(body, "database_write_mode", database_modes),
        .created_at = format_time(state.clock.now()),
        .document = {}};
    state.exporters.insert(exporter);
    return json_answer(model::encode_answer(exporter));
}

std::uint64_t write_rows(sources::TableWriter& writer, const model::Exporter& exporter,
                         const Content& content, const Cancellation& cancellation) {
    if (exporter.table.empty()) throw Error(ErrorClass::invalid, "invalid table: the exporter has none");
    ExportSink sink(writer, exporter, content.kinds);
    content.rows(sink, cancellation);
    writer.commit();
    return sink.rows();
}

/// Writes through the exporter's connector, all or nothing: the rows into a table, or the bytes as they are
/// into a file. Says in `done` what was written.
void write(State& state, const model::Exporter& exporter, const Content& content, Cancellation& cancellation,
           model::Export& done) {
    const auto connection = open_connection(state, get_connector(state, exporter.connector_id));
    const auto& engine = sources::detect_engine(connection, cancellation);
    if (engine.open_table_writer != nullptr) {
        const auto writer = engine.open_table_writer(connection, cancellation);
        done.rows = write_rows(*writer, exporter, content, cancellation);
        done.logs = fmt::format("{} rows written", *done.rows);
        return;
    }
    const auto writer = engine.open_file_writer(connection, cancellation);
    use_source(state, exporter.connector_id, *writer, [&] {
        const auto path = export_file(engine, *writer, exporter, content.file, state.clock);
        done.logs = fmt::format("{} bytes written to {}", std::filesystem::file_size(content.file), path);
    });
}

/// What goes wrong on the way is the export's, not the call's: it is `failed` with its reason.
Answer run_export(State& state, const model::Exporter& exporter, const std::string& dataset_id,
                  const RoutedCall& routed, const Content& content) {
    auto& cancellation = *routed.call.cancellation;
    model::Export done{.id = new_id(),
                       .exporter_id = exporter.id,
                       .dataset_id = dataset_id,
                       .status = "done",
                       .rows = std::nullopt,
                       .logs = {},
                       .error_class = {},
                       .created_at = format_time(state.clock.now()),
                       .document = {}};
    try {
        write(state, exporter, content, cancellation, done);
    } catch (const Error& error) {
        done.status = "failed";
        done.logs = valid_utf8(error.what());
        done.error_class = to_string(error.error_class());
    }
    state.exporters.insert_export(done);
    state.events.publish({.name = "EXPORT_UPDATE", .id = done.id});
    return json_answer(model::encode_answer(done));
}

/// The kinds of the values of a snapshot, by the engine that it came from, if that is still known.
Kinds kinds_of(State& state, const model::Dataset& dataset) {
    const auto datasource = state.datasources.find(dataset.datasource_id);
    const auto connector =
        datasource ? state.connectors.find(datasource->connector_id) : std::optional<model::Connector>();
    if (!connector) return {};
    const auto* engine = sources::tell_engine(connection_of(*connector, {}, state.environment));
    if (engine == nullptr || engine->kind_of_type == nullptr) return {};
    Kinds kinds;
    for (const auto& column : dataset.schema) kinds.emplace_back(engine->kind_of_type(column.type));
    return kinds;
}

Answer export_dataset(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    const auto& id = routed.parameters.at(1);
    const auto dataset = found(state.jobs.find(id), "dataset", id);
    if (!dataset.done())
        throw Error(ErrorClass::conflict, fmt::format("the dataset is not done but {}", dataset.copy_state));
    const auto path = state.jobs.file_of(id);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_dataset_rows(path, dataset, std::nullopt, sink, cancellation);
    };
    return run_export(state, exporter, id, routed,
                      {.file = path, .kinds = kinds_of(state, dataset), .rows = rows});
}

Answer export_file(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    UploadedFile file(state.jobs.file_of(new_id()).parent_path());
    const auto form = read_upload(routed, file);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_uploaded_table(file, form, {.sink = &sink, .rows = std::numeric_limits<std::uint64_t>::max()},
                            [&](std::string_view) { cancellation.check(); });
    };
    return run_export(state, exporter, {}, routed, {.file = file.path(), .kinds = {}, .rows = rows});
}

}  // namespace

void add_exporter_routes(Routes& routes) {
    routes.add("GET", "/projects/{id}/exporters", list_in<&State::exporters>);
    routes.add("POST", "/projects/{id}/exporters", create_exporter);
    routes.add("GET", "/exporters/{id}", show_object<get_exporter>);
    routes.add("DELETE", "/exporters/{id}", remove_exporter);
    routes.add("POST", "/exporters/{id}/dataset/{dataset}", export_dataset, Pace::distant);
    routes.add("POST", "/exporters/{id}/file", export_file, Pace::distant);
    routes.add("GET", "/exporters/{id}/exports", list_exports);
    routes.add("GET", "/exports/{id}", show_object<get_export>);
}

}  // namespace prevision::platform
