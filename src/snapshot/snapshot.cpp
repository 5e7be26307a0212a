#include "snapshot/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

#include "core/atomic_file.hpp"
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

/// Receives the content; the source calls either `table` or `file`.
class Recorder final : public sources::ContentSink {
  public:
    Recorder(HashedFile& file, const FormatOverrides& format, const Cancellation& cancellation,
             const Observer& observer)
        : target_(file), format_(format), cancellation_(cancellation), observer_(observer) {}

    sources::RowSink& table() override { return table_.emplace(target_, cancellation_, observer_); }

    ByteSink& file(const sources::FileInfo& info) override {
        return file_.emplace(target_, info, format_, cancellation_, observer_);
    }

    Snapshot finish() {
        if (table_) return table_->finish();
        if (file_) return file_->finish();
        throw Error(ErrorClass::internal, "the source gave neither rows nor a file");
    }

  private:
    HashedFile& target_;
    const FormatOverrides& format_;
    const Cancellation& cancellation_;
    const Observer& observer_;
    std::optional<TableRecorder> table_;
    std::optional<FileRecorder> file_;
};

}  // namespace

Snapshot take_snapshot(sources::Source& source, const sources::Location& location,
                       const std::filesystem::path& path, const Cancellation& cancellation,
                       const Observer& observer, const FormatOverrides& format) {
    HashedFile file(path);
    Recorder recorder(file, format, cancellation, observer);
    source.read(location, {}, recorder);
    auto snapshot = recorder.finish();
    snapshot.sha256 = file.digest();
    cancellation.check();
    file.commit();
    return snapshot;
}

}  // namespace prevision::snapshot
