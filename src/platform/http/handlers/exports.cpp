#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
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
    ExportSink(sources::TableWriter& writer, const model::Exporter& exporter, const Kinds& kinds,
               const Exports::Report& report)
        : writer_(writer), exporter_(exporter), kinds_(kinds), report_(report) {}

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
        constexpr std::uint64_t between_reports = 256;
        if (++rows_ % between_reports == 0) report_.written(rows_);
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }

  private:
    sources::TableWriter& writer_;
    const model::Exporter& exporter_;
    const Kinds& kinds_;
    const Exports::Report& report_;
    std::uint64_t rows_ = 0;
};

model::Export get_export(State& state, const std::string& id) {
    return found(state.exports.find(id), "export", id);
}

std::uint64_t write_rows(sources::TableWriter& writer, const model::Exporter& exporter,
                         const Content& content, const Cancellation& cancellation,
                         const Exports::Report& report) {
    if (exporter.table.empty()) throw Error(ErrorClass::invalid, "invalid table: the exporter has none");
    ExportSink sink(writer, exporter, content.kinds, report);
    content.rows(sink, cancellation);
    report.before_commit();
    writer.commit();
    return sink.rows();
}

/// Writes all or nothing through the exporter's connector: the rows into a table, or the bytes into a file.
/// Describes in `done` what was written.
void write(State& state, const model::Exporter& exporter, const Content& content, Cancellation& cancellation,
           model::Export& done, const Exports::Report& report) {
    const auto connection = open_connection(state, exporter.connector_id);
    const auto& engine = sources::detect_engine(connection, cancellation);
    if (engine.open_table_writer != nullptr) {
        const auto writer = engine.open_table_writer(connection, cancellation);
        done.rows = write_rows(*writer, exporter, content, cancellation, report);
        done.logs = fmt::format("{} {} written", format_count(*done.rows), *done.rows == 1 ? "row" : "rows");
        return;
    }
    const auto writer = engine.open_file_writer(connection, cancellation);
    use_source(state, exporter.connector_id, *writer, [&] {
        const auto path = export_file(engine, *writer, exporter, content.bytes, state.clock);
        done.logs = fmt::format("{} bytes written to {}", format_count(content.bytes.size), path);
    });
}

/// Rows that may have been appended must not be appended again by a repeat.
void refuse_uncertain(State& state, const model::Exporter& exporter, const std::string& dataset_id) {
    if (exporter.database_write_mode == "replace" || dataset_id.empty()) return;
    state.exports.settle(exporter.id);
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

Answer list_exports(State& state, const RoutedCall& routed) {
    return list_page(routed,
                     [&](const Page& page) { return state.exports.list(routed.parameters.at(0), page); });
}

/// Begins an export, which continues after the answer. `writer` makes what writes it, in this process.
Answer begin_export(State& state, const model::Exporter& exporter, const std::string& dataset_id,
                    const std::function<Exports::Write()>& writer) {
    model::Export started{.id = new_id(),
                          .exporter_id = exporter.id,
                          .dataset_id = dataset_id,
                          .status = "running",
                          .created_at = format_time(state.clock.now())};
    // Another process reads the data from the store; a file that was sent is there in this one only.
    if (dataset_id.empty() || !state.exports.hand_over(started)) state.exports.begin(started, writer());
    return json_answer(model::encode_answer(get_export(state, started.id)));
}

/// Settles an export whose end is unknown, as the caller found it: `status` done or failed. One that runs is stopped by
/// `failed`; when it was done before, it stays so.
Answer update_export(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto status = body.required_text("status");
    if (status != "done" && status != "failed")
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid status: '{}' is not one of done, failed", status));
    auto settled = get_export(state, routed.parameters.at(0));
    if (settled.status == "running" && status == "failed" &&
        state.exports.stop(settled.id, *routed.call.cancellation))
        return json_answer(model::encode_answer(get_export(state, settled.id)));
    if (!state.exporters.is_uncertain(settled.id)) {
        throw Error(ErrorClass::conflict,
                    settled.status == "running"
                        ? std::string("the export is running, in another process")
                        : fmt::format("the export is {}: that is certain", settled.status));
    }
    settled.status = status;
    settled.logs = "settled by hand";
    settled.hint.clear();
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

model::Dataset get_done_dataset(State& state, const std::string& id) {
    auto dataset = found(state.jobs.find(id), "dataset", id);
    if (!dataset.done())
        throw Error(ErrorClass::conflict,
                    fmt::format("the dataset is not done: it is {}", dataset.copy_state));
    return dataset;
}

Content content_of(State& state, const model::Dataset& dataset) {
    const auto path = state.jobs.file_of(dataset.id);
    const auto reader = std::make_shared<DatasetReader>(path, dataset);
    return {.bytes = {.size = dataset.bytes.value_or(0),
                      .read = [reader](std::span<char> buffer) { return reader->read(buffer); },
                      .rewind = [reader] { reader->rewind(); }},
            .kinds = kinds_of(state, dataset),
            .rows = [path, dataset](sources::RowSink& sink, const Cancellation& cancellation) {
                read_dataset_rows(path, dataset, std::nullopt, sink, cancellation);
            }};
}

Content content_of(const std::shared_ptr<UploadedFile>& upload, const Form& form) {
    const auto file = std::make_shared<FileDescriptor>(open_file(upload->path(), O_RDONLY));
    const auto read = [upload, file](std::span<char> buffer) {
        return read_some(*file, buffer, upload->path());
    };
    const auto rows = [upload, form](sources::RowSink& sink, const Cancellation& cancellation) {
        read_uploaded_table(*upload, form, {.sink = &sink, .rows = std::numeric_limits<std::uint64_t>::max()},
                            [&](std::string_view) { cancellation.check(); });
    };
    return {.bytes = {.size = std::filesystem::file_size(upload->path()),
                      .read = read,
                      .rewind = [file] { ::lseek(file->get(), 0, SEEK_SET); }},
            .kinds = {},
            .rows = rows};
}

/// Keeps one of the connector's calls, and of the token's jobs, until the export has ended.
Exports::Write writer_of(State& state, const model::Exporter& exporter, const RoutedCall& routed,
                         const Content& content) {
    auto slots = take_job_slots(state, exporter.connector_id, routed.call.caller);
    return [&state, exporter, content, slots = std::move(slots)](
               model::Export& done, Cancellation& cancellation, const Exports::Report& report) {
        write(state, exporter, content, cancellation, done, report);
    };
}

Answer export_dataset(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    const auto dataset = get_done_dataset(state, routed.parameters.at(1));
    refuse_uncertain(state, exporter, dataset.id);
    return begin_export(state, exporter, dataset.id,
                        [&] { return writer_of(state, exporter, routed, content_of(state, dataset)); });
}

Answer export_file(State& state, const RoutedCall& routed) {
    const auto exporter = get_exporter(state, routed.parameters.at(0));
    const auto upload = std::make_shared<UploadedFile>(state.jobs.file_of(new_id()).parent_path());
    const auto form = read_upload(routed, *upload);
    return begin_export(state, exporter, {},
                        [&] { return writer_of(state, exporter, routed, content_of(upload, form)); });
}

}  // namespace

bool run_pending_export(State& state, const std::string& id, Cancellation& cancellation) {
    const auto started = state.exporters.find_export(id);
    if (!started || started->status != "running") return false;
    const auto write_dataset = [&](model::Export& done, Cancellation& stop, const Exports::Report& report) {
        const auto exporter = get_exporter(state, done.exporter_id);
        const auto content = content_of(state, get_done_dataset(state, done.dataset_id));
        write(state, exporter, content, stop, done, report);
    };
    state.exports.run(*started, write_dataset, cancellation);
    return true;
}

void add_export_routes(Routes& routes) {
    routes.add("POST", "/exporters/{id}/dataset/{id}", export_dataset, Pace::file);
    routes.add("POST", "/exporters/{id}/file", export_file, Pace::file);
    routes.add("GET", "/exporters/{id}/exports", list_exports);
    routes.add("GET", "/exports/{id}", show_object<get_export>);
    routes.add("PATCH", "/exports/{id}", update_export, Pace::distant);
}

}  // namespace prevision::platform
