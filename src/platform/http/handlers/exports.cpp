#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/utf8.hpp"
#include "model/exporter.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/datasets/file_export.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/uploads.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// The data to export.
struct Content {
    std::filesystem::path file;  ///< as bytes

    /// The same data as rows: writes them to a sink.
    std::function<void(sources::RowSink& sink, const Cancellation& cancellation)> rows;
};

/// Passes rows to a writer.
class ExportSink final : public sources::RowSink {
  public:
    ExportSink(sources::TableWriter& writer, const model::Exporter& exporter)
        : writer_(writer), exporter_(exporter) {}

    void columns(std::span<const sources::Column> columns) override {
        std::vector<std::string> names;
        for (const auto& column : columns) names.push_back(column.name);
        writer_.begin({.database = exporter_.database, .table = exporter_.table}, names,
                      exporter_.database_write_mode == "replace" ? sources::WriteMode::replace
                                                                 : sources::WriteMode::append);
        cells_.resize(names.size());
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
    std::vector<std::optional<std::string>> cells_;
    std::uint64_t rows_ = 0;
};

model::Export get_export(State& state, const std::string& id) {
    return found(state.exporters.find_export(id), "export", id);
}

Answer list_exports(State& state, const RoutedCall& routed) {
    return list_page(routed, [&](const Page& page) {
        return state.exporters.list_exports(routed.parameters.at(0), page);
    });
}

std::uint64_t write_rows(sources::TableWriter& writer, const model::Exporter& exporter,
                         const Content& content, const Cancellation& cancellation) {
    if (exporter.table.empty()) throw Error(ErrorClass::invalid, "invalid table: the exporter has none");
    ExportSink sink(writer, exporter);
    content.rows(sink, cancellation);
    writer.commit();
    return sink.rows();
}

/// Writes all or nothing through the exporter's connector: the rows into a table, or the bytes into a file.
/// Describes in `done` what was written.
void write(State& state, const model::Exporter& exporter, const Content& content, Cancellation& cancellation,
           model::Export& done) {
    const auto slot = take_slot(state, exporter.connector_id);
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

/// A failure to write does not fail the call: the export is `failed` and says why.
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
    state.events.publish({.name = "EXPORT_UPDATE", .id = done.id, .project_id = exporter.project_id});
    return json_answer(model::encode_answer(done));
}

Answer export_dataset(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    const auto& id = routed.parameters.at(1);
    const auto dataset = found(state.jobs.find(id), "dataset", id);
    if (!dataset.done())
        throw Error(ErrorClass::conflict,
                    fmt::format("the dataset is not done: it is {}", dataset.copy_state));
    const auto path = state.jobs.file_of(id);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_dataset_rows(path, dataset, std::nullopt, sink, cancellation);
    };
    return run_export(state, exporter, id, routed, {.file = path, .rows = rows});
}

Answer export_file(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    UploadedFile file(state.jobs.file_of(new_id()).parent_path());
    const auto form = read_upload(routed, file);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_uploaded_table(file, form, {.sink = &sink, .rows = std::numeric_limits<std::uint64_t>::max()},
                            [&](std::string_view) { cancellation.check(); });
    };
    return run_export(state, exporter, {}, routed, {.file = file.path(), .rows = rows});
}

}  // namespace

void add_export_routes(Routes& routes) {
    routes.add("POST", "/exporters/{id}/dataset/{id}", export_dataset, Pace::distant);
    routes.add("POST", "/exporters/{id}/file", export_file, Pace::distant);
    routes.add("GET", "/exporters/{id}/exports", list_exports);
    routes.add("GET", "/exports/{id}", show_object<get_export>);
}

}  // namespace prevision::platform
