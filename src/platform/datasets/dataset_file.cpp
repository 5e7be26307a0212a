#include "platform/datasets/dataset_file.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

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
            values[i] =
                cell ? sources::Value{cell->data(), cell->size(), reader.was_quoted(i)} : sources::Value{};
        }
        sink.row(values);
    }
}

/// The format that was found when the dataset was made, so that it is not guessed again. Of a jsonl that is its
/// encoding.
snapshot::FormatOverrides known_format(const model::DatasetFile& file) {
    if (file.type == "csv" || file.type == "tsv") return parse_format(file.format);
    model::FileFormat encoding;
    encoding.encoding = file.format.encoding;
    return parse_format(encoding);
}

}  // namespace

DatasetReader::DatasetReader(std::filesystem::path path, const model::Dataset& dataset)
    : path_(std::move(path)), bytes_(dataset.bytes.value_or(0)), sha256_(dataset.sha256) {
    try {
        file_ = open_file(path_, O_RDONLY | O_NONBLOCK);  // does not wait where a FIFO took the file's place
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::not_found) throw damaged("is missing");
        throw;
    }
    struct stat status {};
    const bool known = ::fstat(file_.get(), &status) == 0;
    if (known && !S_ISREG(status.st_mode)) throw damaged("is not a regular file");
    if (!known || static_cast<std::uint64_t>(status.st_size) != bytes_)
        throw damaged(fmt::format("has {} bytes instead of {}", status.st_size, bytes_));
}

std::size_t DatasetReader::read(std::span<char> buffer) {
    if (!begun_) {
        begun_ = true;
        hash_.emplace();
        load();
        load();
    } else if (position_ == now_.size() && !now_.empty()) {
        load();
    }
    const auto count = std::min(buffer.size(), now_.size() - position_);
    std::copy_n(now_.data() + position_, count, buffer.data());
    position_ += count;
    return count;
}

void DatasetReader::rewind() {
    if (::lseek(file_.get(), 0, SEEK_SET) != 0) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot read {}: {}", path_.string(), system_message(errno)));
    }
    now_.clear();
    next_.clear();
    position_ = 0;
    begun_ = false;
    ended_ = false;
}

void DatasetReader::check(const Cancellation& cancellation) {
    std::string buffer(chunk_size, '\0');
    while (read(buffer) > 0) cancellation.check();
}

void DatasetReader::load() {
    now_.swap(next_);
    position_ = 0;
    next_.clear();
    if (ended_) return;
    next_.resize(chunk_size);
    next_.resize(read_some(file_, next_, path_));
    hash_->update(next_);
    ended_ = next_.empty();
    if (ended_) check_hash();
}

void DatasetReader::check_hash() {
    if (!sha256_.empty() && hash_->finish() != sha256_)
        throw damaged("is not as it was recorded: its SHA-256 differs");
}

Error DatasetReader::damaged(const std::string& why) const {
    return {ErrorClass::integrity, fmt::format("the dataset's file {} {}", path_.string(), why),
            "restore it from a backup, or create the dataset again"};
}

void read_dataset_rows(const std::filesystem::path& path, const model::Dataset& dataset,
                       std::optional<std::uint64_t> limit, sources::RowSink& sink,
                       const Cancellation& cancellation) {
    DatasetReader reader(path, dataset);
    reader.check(cancellation);
    reader.rewind();
    if (dataset.file.name.empty()) return read_table(path, limit, sink, cancellation);
    const std::string hint = "'prevision dataset download' gives its bytes";
    if (dataset.file.type == "other") refuse_rows(dataset.file.name, dataset.file.note, hint);
    snapshot::FileInspector inspector(dataset.file.name, known_format(dataset.file),
                                      {.sink = &sink, .rows = limit.value_or(all_rows)});
    std::string buffer(chunk_size, '\0');
    bool whole = false;
    while (inspector.wants_more() && !whole) {
        cancellation.check();
        const auto count = reader.read(buffer);
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
