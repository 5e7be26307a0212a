#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/utf8.hpp"
#include "model/exporter.hpp"
#include "platform/connection.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/datasets/file_export.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/uploads.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// What the values of the columns are, as far as it is known.
using Kinds = std::vector<std::optional<sources::ValueKind>>;

/// The data to export.
struct Content {
    sources::OutgoingFile bytes;
    Kinds kinds;

    /// The same data as rows: writes them to a sink.
    std::function<void(sources::RowSink& sink, const Cancellation& cancellation)> rows;
};

/// Passes rows to a writer.
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
    }

    void row(std::span<const sources::Value> values) override {
        writer_.row(values);
        ++rows_;
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }

  private:
    sources::TableWriter& writer_;
    const model::Exporter& exporter_;
    const Kinds& kinds_;
    std::uint64_t rows_ = 0;
};

model::Export get_export(State& state, const std::string& id) {
    return found(state.exporters.find_export(id), "export", id);
}

std::uint64_t write_rows(sources::TableWriter& writer, const model::Exporter& exporter,
                         const Content& content, const Cancellation& cancellation,
                         const std::function<void()>& before_commit) {
    if (exporter.table.empty()) throw Error(ErrorClass::invalid, "invalid table: the exporter has none");
    ExportSink sink(writer, exporter, content.kinds);
    content.rows(sink, cancellation);
    before_commit();
    writer.commit();
    return sink.rows();
}

/// Writes all or nothing through the exporter's connector: the rows into a table, or the bytes into a file.
/// Describes in `done` what was written. `before_commit` is called before rows are committed.
void write(State& state, const model::Exporter& exporter, const Content& content, Cancellation& cancellation,
           model::Export& done, const std::function<void()>& before_commit) {
    const auto connection = open_connection(state, get_connector(state, exporter.connector_id));
    const auto& engine = sources::detect_engine(connection, cancellation);
    if (engine.open_table_writer != nullptr) {
        const auto writer = engine.open_table_writer(connection, cancellation);
        done.rows = write_rows(*writer, exporter, content, cancellation, before_commit);
        done.logs = fmt::format("{} rows written", *done.rows);
        return;
    }
    const auto writer = engine.open_file_writer(connection, cancellation);
    use_source(state, exporter.connector_id, *writer, [&] {
        const auto path = export_file(engine, *writer, exporter, content.bytes, state.clock);
        done.logs = fmt::format("{} bytes written to {}", content.bytes.size, path);
    });
}

/// Rows that may have been appended must not be appended again by a repeat.
void refuse_uncertain(State& state, const model::Exporter& exporter, const std::string& dataset_id) {
    if (exporter.database_write_mode == "replace" || dataset_id.empty()) return;
    const auto earlier = state.exporters.find_uncertain(exporter.id, dataset_id);
    if (!earlier) return;
    throw Error(
        ErrorClass::conflict,
        fmt::format("the export {} of this dataset ended while its rows were being committed, so they "
                    "may be in the table {} already",
                    *earlier, exporter.table),
        fmt::format("look into the table, then settle it: prevision api PATCH /exports/{} -F status=done, or "
                    "-F status=failed to export again",
                    *earlier));
}

/// Sets the exports whose process has died to failed; does nothing when the home cannot be written.
void settle_exports(State& state, const std::string& exporter_id) {
    for (auto& dead : state.exporters.running_exports(exporter_id)) {
        try {
            if (!state.jobs.is_abandoned(dead.id)) continue;
            dead.status = "failed";
            dead.logs = "the process that exported ended before it was done";
            dead.error_class = to_string(ErrorClass::internal);
            state.exporters.settle_export(dead, ExporterTable::Commit::as_it_is);
        } catch (const Error&) {
            return;
        }
    }
}

Answer list_exports(State& state, const RoutedCall& routed) {
    settle_exports(state, routed.parameters.at(0));
    return list_page(routed, [&](const Page& page) {
        return state.exporters.list_exports(routed.parameters.at(0), page);
    });
}

/// The export's state after a failure. Whether rows were committed is unknown when the connection broke meanwhile.
ExporterTable::Commit fail_export(model::Export& failed, const Error& error, bool committing) {
    const auto reason = error.error_class();
    const bool is_uncertain =
        committing && (reason == ErrorClass::unreachable || reason == ErrorClass::interrupted ||
                       reason == ErrorClass::terminated);
    failed.status = "failed";
    failed.logs = valid_utf8(error.what());
    if (is_uncertain) failed.logs += "; the rows may have been written nevertheless";
    failed.error_class = to_string(reason);
    return is_uncertain ? ExporterTable::Commit::uncertain : ExporterTable::Commit::settled;
}

/// Records the export, writes, and records how that ended. A failure to write does not fail the call: the export is
/// `failed` and says why.
Answer run_export(State& state, const model::Exporter& exporter, const std::string& dataset_id,
                  const RoutedCall& routed, const Content& content) {
    const auto slot = take_slot(state, exporter.connector_id);
    settle_exports(state, exporter.id);
    refuse_uncertain(state, exporter, dataset_id);
    model::Export done{.id = new_id(),
                       .exporter_id = exporter.id,
                       .dataset_id = dataset_id,
                       .status = "running",
                       .created_at = format_time(state.clock.now())};
    const auto working = state.jobs.work_on(done.id);
    state.exporters.insert_export(done);
    auto commit = ExporterTable::Commit::settled;
    bool committing = false;
    try {
        write(state, exporter, content, *routed.call.cancellation, done, [&] {
            state.exporters.begin_commit(done.id);
            committing = true;
        });
        done.status = "done";
    } catch (const Error& error) {
        commit = fail_export(done, error, committing);
    }
    try {
        state.exporters.settle_export(done, commit);
    } catch (const Error& error) {
        if (done.status != "done") throw;
        throw Error(
            error.error_class(),
            fmt::format("the export is written ({}), but that cannot be recorded: {}", done.logs,
                        error.what()),
            fmt::format(
                "do not export again; once the store can be written: prevision api PATCH /exports/{} -F "
                "status=done",
                done.id));
    }
    state.events.publish({.name = "EXPORT_UPDATE", .id = done.id, .project_id = exporter.project_id});
    return json_answer(model::encode_answer(done));
}

/// Settles an export whose end is unknown, as the caller found it: `status` done or failed.
Answer update_export(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto status = body.required_text("status");
    if (status != "done" && status != "failed")
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid status: '{}' is not one of done, failed", status));
    auto settled = get_export(state, routed.parameters.at(0));
    settle_exports(state, settled.exporter_id);
    if (!state.exporters.is_uncertain(settled.id)) {
        throw Error(ErrorClass::conflict, fmt::format("the export is {}: that is certain", settled.status));
    }
    settled.status = status;
    settled.logs = "settled by hand";
    settled.error_class = status == "done" ? "" : std::string(to_string(ErrorClass::internal));
    state.exporters.settle_export(settled, ExporterTable::Commit::settled);
    return json_answer(model::encode_answer(settled));
}

/// The kinds of the values of a snapshot, by the engine that it came from, if that is still known.
Kinds kinds_of(State& state, const model::Dataset& dataset) {
    const auto datasource = state.datasources.find(dataset.datasource_id);
    const auto connector =
        datasource ? state.connectors.find(datasource->connector_id) : std::optional<model::Connector>();
    if (!connector) return {};
    const auto* engine = sources::tell_engine(connection_of(*connector, {}, state.reach, state.environment));
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
        throw Error(ErrorClass::conflict,
                    fmt::format("the dataset is not done: it is {}", dataset.copy_state));
    const auto path = state.jobs.file_of(id);
    DatasetReader reader(path, dataset);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_dataset_rows(path, dataset, std::nullopt, sink, cancellation);
    };
    return run_export(state, exporter, id, routed,
                      {.bytes = {.size = dataset.bytes.value_or(0),
                                 .read = [&](std::span<char> buffer) { return reader.read(buffer); },
                                 .rewind = [&] { reader.rewind(); }},
                       .kinds = kinds_of(state, dataset),
                       .rows = rows});
}

Answer export_file(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    UploadedFile upload(state.jobs.file_of(new_id()).parent_path());
    const auto form = read_upload(routed, upload);
    const auto rows = [&](sources::RowSink& sink, const Cancellation& cancellation) {
        read_uploaded_table(upload, form, {.sink = &sink, .rows = std::numeric_limits<std::uint64_t>::max()},
                            [&](std::string_view) { cancellation.check(); });
    };
    const auto file = open_file(upload.path(), O_RDONLY);
    return run_export(
        state, exporter, {}, routed,
        {.bytes = {.size = std::filesystem::file_size(upload.path()),
                   .read = [&](std::span<char> buffer) { return read_some(file, buffer, upload.path()); },
                   .rewind = [&] { ::lseek(file.get(), 0, SEEK_SET); }},
         .kinds = {},
         .rows = rows});
}

}  // namespace

void add_export_routes(Routes& routes) {
    routes.add("POST", "/exporters/{id}/dataset/{id}", export_dataset, Pace::distant);
    routes.add("POST", "/exporters/{id}/file", export_file, Pace::distant);
    routes.add("GET", "/exporters/{id}/exports", list_exports);
    routes.add("GET", "/exports/{id}", show_object<get_export>);
    routes.add("PATCH", "/exports/{id}", update_export);
}

}  // namespace prevision::platform
