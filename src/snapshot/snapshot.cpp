#include "snapshot/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/clock.hpp"
#include "core/sha256.hpp"
#include "snapshot/background_sink.hpp"
#include "snapshot/csv_encoder.hpp"

namespace prevision::snapshot {

namespace {

using SteadyClock = std::chrono::steady_clock;

class HashedFile final : public ByteSink {
  public:
    explicit HashedFile(const std::filesystem::path& path) : file_(path) {}

    void write(std::string_view bytes) override {
        hash_.update(bytes);
        file_.write(bytes);
    }

    /// The two parts of `write`, each for a thread of its own.
    void keep(std::string_view bytes) { file_.write(bytes); }
    void hash(std::string_view bytes) { hash_.update(bytes); }

    void commit() { file_.commit(); }
    std::string digest() { return hash_.finish(); }

  private:
    AtomicFile file_;
    Sha256 hash_;
};

/// Limits how often progress is reported. It reads the clock only now and then, since that takes longer than
/// a row, unless the rows come slowly.
class Pace {
  public:
    /// Whether to report now; asked once for each row.
    bool due() {
        if (--rows_left_ > 0) return false;
        const auto now = SteadyClock::now();
        stride_ = now - read_at_ < std::chrono::milliseconds(10) ? std::min(2 * stride_, 4096) : 1;
        rows_left_ = stride_;
        read_at_ = now;
        if (now - reported_ < std::chrono::milliseconds(250)) return false;
        reported_ = now;
        return true;
    }

  private:
    SteadyClock::time_point read_at_ = SteadyClock::now();
    SteadyClock::time_point reported_ = read_at_;
    int stride_ = 1;
    int rows_left_ = 1;
};

using Observer = std::function<void(const Progress&)>;

/// A table: encodes the rows, checks the cancellation and calls the observer.
class TableRecorder final : public sources::RowSink {
  public:
    TableRecorder(ByteSink& sink, const Cancellation& cancellation, const Observer& observer)
        : encoder_(sink), cancellation_(cancellation), observer_(observer) {}

    void columns(std::span<const sources::Column> columns) override {
        cancellation_.check();
        encoder_.columns(columns);
    }

    void expect(std::uint64_t about_rows) override {
        about_rows_ = about_rows;
        report();
    }

    void row(std::span<const sources::Value> values) override {
        if (cancellation_.cancelled()) cancellation_.check();
        encoder_.row(values);
        if (pace_.due()) report();
    }

    Snapshot finish() {
        cancellation_.check();
        encoder_.finish();
        report();
        return {.rows = encoder_.rows(),
                .bytes = encoder_.bytes(),
                .schema = encoder_.schema(),
                .form = {.file_type = "csv", .encoding = "utf-8"}};
    }

  private:
    void report() {
        if (observer_)
            observer_({.rows = encoder_.rows(), .bytes = encoder_.bytes(), .about_rows = about_rows_});
    }

    CsvEncoder encoder_;
    std::optional<std::uint64_t> about_rows_;
    const Cancellation& cancellation_;
    const Observer& observer_;
    Pace pace_;
};

/// A file: keeps its bytes as they are; another thread hashes and inspects them.
class FileRecorder final : public ByteSink {
  public:
    FileRecorder(HashedFile& file, const sources::FileInfo& info, const FormatOverrides& format,
                 const Cancellation& cancellation, const Observer& observer)
        : file_(file),
          name_(info.name),
          size_(info.size),
          inspector_(info.name, format),
          cancellation_(cancellation),
          observer_(observer),
          background_([this](std::string_view bytes) { inspect(bytes); }) {}

    void write(std::string_view bytes) override {
        if (cancellation_.cancelled()) cancellation_.check();
        file_.keep(bytes);
        bytes_ += bytes.size();
        background_.write(bytes);
        if (pace_.due()) report(rows_);
    }

    Snapshot finish() {
        cancellation_.check();
        background_.finish();
        const auto findings = inspector_.finish();
        Snapshot snapshot{.bytes = bytes_,
                          .schema = findings.schema,
                          .file_name = name_,
                          .form = static_cast<const FileForm&>(findings)};
        if (snapshot.form.file_type != "other") snapshot.rows = findings.rows;
        report(findings.rows);
        return snapshot;
    }

  private:
    void inspect(std::string_view bytes) {
        file_.hash(bytes);
        if (inspector_.wants_more()) inspector_.write(bytes);
        rows_ = inspector_.rows();
    }

    void report(std::uint64_t rows) {
        if (observer_) observer_({.rows = rows, .bytes = bytes_, .total_bytes = size_});
    }

    HashedFile& file_;
    std::string name_;
    std::optional<std::uint64_t> size_;
    FileInspector inspector_;
    const Cancellation& cancellation_;
    const Observer& observer_;
    Pace pace_;
    std::uint64_t bytes_ = 0;
    std::atomic<std::uint64_t> rows_{0};
    BackgroundSink background_;  // last: its thread uses the members above
};

/// For a file that is not wanted: its transfer ends with its first bytes.
class NoBytes final : public ByteSink {
  public:
    void write(std::string_view /*bytes*/) override {}
    [[nodiscard]] bool wants_more() const override { return false; }
};

/// By what a file is seen to be as it was; empty when it is not, or that is uncertain. A file may change again in the
/// second that its time names, so a time does not count that was young when the file was read.
std::string compare_file(const sources::FileInfo& now, const Known& known) {
    if (known.files.size() != 1 || !now.size) return {};
    const auto& before = known.files.front();
    if (now.path != before.path || now.size != before.size || now.modified != before.modified ||
        now.etag != before.etag)
        return {};
    if (!now.etag.empty() && !now.etag.starts_with("W/")) return "etag";
    const auto modified = parse_time(before.modified);
    const auto read = parse_time(known.read_at);
    constexpr std::chrono::seconds young(3);
    return modified && read && *modified + young < *read ? "time" : "";
}

/// Receives the content; the source calls either `table` or `file`.
class Recorder final : public sources::ContentSink {
  public:
    Recorder(HashedFile& file, const SnapshotOptions& options, const Cancellation& cancellation,
             const Observer& observer)
        : target_(file), options_(options), cancellation_(cancellation), observer_(observer) {}

    bool mark(const sources::Mark& mark) override {
        marks_.push_back(mark);
        const auto& known = options_.known.marks;
        if (std::ranges::find(known, mark) == known.end()) return true;
        unchanged_by_ = mark.method;
        return false;
    }

    sources::RowSink& table() override { return table_.emplace(target_, cancellation_, observer_); }

    ByteSink& file(const sources::FileInfo& info) override {
        files_.push_back(info);
        unchanged_by_ = compare_file(info, options_.known);
        if (!unchanged_by_.empty()) return nothing_;
        return file_.emplace(target_, info, options_.format, cancellation_, observer_);
    }

    Snapshot finish() {
        Snapshot snapshot;
        if (!unchanged_by_.empty()) {
            snapshot.unchanged_by = unchanged_by_;
            snapshot.marks = std::move(marks_);
            return snapshot;
        }
        if (table_ || file_) {
            snapshot = table_ ? table_->finish() : file_->finish();
            snapshot.files = std::move(files_);
            snapshot.marks = std::move(marks_);
            return snapshot;
        }
        throw Error(ErrorClass::internal, "the source gave neither rows nor a file");
    }

  private:
    HashedFile& target_;
    const SnapshotOptions& options_;
    const Cancellation& cancellation_;
    const Observer& observer_;
    NoBytes nothing_;
    std::optional<TableRecorder> table_;
    std::optional<FileRecorder> file_;
    std::vector<sources::FileInfo> files_;
    std::vector<sources::Mark> marks_;
    std::string unchanged_by_;
};

}  // namespace

Snapshot take_snapshot(sources::Source& source, const sources::Location& location,
                       const std::filesystem::path& path, const Cancellation& cancellation,
                       const Observer& observer, const SnapshotOptions& options) {
    HashedFile file(path);
    Recorder recorder(file, options, cancellation, observer);
    source.read(location, {.marks = options.marks}, recorder);
    auto snapshot = recorder.finish();
    if (!snapshot.unchanged_by.empty()) return snapshot;
    snapshot.sha256 = file.digest();
    cancellation.check();
    file.commit();
    return snapshot;
}

}  // namespace prevision::snapshot
