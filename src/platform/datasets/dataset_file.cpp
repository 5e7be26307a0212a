#include "platform/datasets/dataset_file.hpp"

#include <limits>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/datasets/file_format.hpp"
#include "snapshot/csv_reader.hpp"
#include "snapshot/inspect/file_inspector.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} << 10U;
constexpr auto all_rows = std::numeric_limits<std::uint64_t>::max();

/// Reads a file that a snapshot of a table wrote.
void read_table(const std::filesystem::path& path, std::optional<std::uint64_t> limit, sources::RowSink& sink,
                const Cancellation& cancellation) {
    snapshot::CsvReader reader(path);
    std::vector<sources::Column> columns;
    for (const auto& name : reader.header()) columns.push_back({.name = name, .type = "text"});
    sink.columns(columns);
    std::vector<sources::Value> values(columns.size());
    for (std::uint64_t count = 0; !limit || count < *limit; ++count) {
        cancellation.check();
        const auto row = reader.next();
        if (!row) return;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto& cell = (*row)[i];
            values[i] = cell ? sources::Value{cell->data(), cell->size()} : sources::Value{};
        }
        sink.row(values);
    }
}

/// The format that was found when the dataset was made, so that it is not guessed again.
snapshot::FormatOverrides known_format(const model::DatasetFile& file) {
    return file.type == "csv" || file.type == "tsv" ? parse_format(file.format) : snapshot::FormatOverrides{};
}

}  // namespace

FileDescriptor open_dataset_file(const std::filesystem::path& path, const model::Dataset& dataset) {
    const auto damaged = [&](const std::string& why) {
        return Error(ErrorClass::integrity, fmt::format("the dataset's file {} {}", path.string(), why),
                     "restore it from a backup, or create the dataset again");
    };
    FileDescriptor file;
    try {
        file = open_file(path, O_RDONLY);
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::not_found) throw damaged("is missing");
        throw;
    }
    struct stat status {};
    const auto stored = dataset.bytes.value_or(0);
    if (::fstat(file.get(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != stored) {
        throw damaged(fmt::format("has {} bytes instead of {}", status.st_size, stored));
    }
    return file;
}

void read_dataset_rows(const std::filesystem::path& path, const model::Dataset& dataset,
                       std::optional<std::uint64_t> limit, sources::RowSink& sink,
                       const Cancellation& cancellation) {
    const auto file = open_dataset_file(path, dataset);
    if (dataset.file.name.empty()) return read_table(path, limit, sink, cancellation);
    const std::string hint = "'prevision dataset download' gives its bytes";
    if (dataset.file.type == "other") refuse_rows(dataset.file.name, dataset.file.note, hint);
    snapshot::FileInspector inspector(dataset.file.name, known_format(dataset.file),
                                      {.sink = &sink, .rows = limit.value_or(all_rows)});
    std::string buffer(chunk_size, '\0');
    bool whole = false;
    while (inspector.wants_more() && !whole) {
        cancellation.check();
        const auto count = read_some(file, buffer, path);
        inspector.write(std::string_view(buffer).substr(0, count));
        whole = count == 0;
    }
    const auto findings = inspector.finish();
    if (findings.file_type == "other" || (!limit && !findings.regular)) {
        refuse_rows(dataset.file.name, findings.note, hint);
    }
}

std::string media_type(const model::DatasetFile& file) {
    if (!file.compression.empty()) return "application/" + file.compression;
    const auto charset =
        file.format.encoding.empty() ? "" : fmt::format("; charset={}", file.format.encoding);
    if (file.type == "csv") return "text/csv" + charset;
    if (file.type == "tsv") return "text/tab-separated-values" + charset;
    return file.type == "jsonl" ? "application/x-ndjson" : "application/octet-stream";
}

void refuse_rows(std::string_view name, std::string_view note, const std::string& hint) {
    throw Error(ErrorClass::invalid,
                fmt::format("cannot show the rows of {}: {}", name,
                            note.empty() ? "it is not a csv, tsv or jsonl file" : note),
                hint);
}

}  // namespace prevision::platform
