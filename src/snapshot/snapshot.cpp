#include "snapshot/snapshot.hpp"

#include <algorithm>
#include <chrono>

#include "core/atomic_file.hpp"
#include "snapshot/csv_encoder.hpp"
#include "snapshot/sha256.hpp"

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

    void commit() { file_.commit(); }
    std::string digest() { return hash_.finish(); }

  private:
    AtomicFile file_;
    Sha256 hash_;
};

/// Looks at the time now and then: a row takes less time than a look at the clock, unless the rows come
/// slowly.
class Pace {
  public:
    /// Whether it is time to tell, asked once a row.
    bool due() {
        if (--rows_left_ > 0) return false;
        const auto now = SteadyClock::now();
        stride_ = now - looked_ < std::chrono::milliseconds(10) ? std::min(2 * stride_, 4096) : 1;
        rows_left_ = stride_;
        looked_ = now;
        if (now - told_ < std::chrono::milliseconds(250)) return false;
        told_ = now;
        return true;
    }

  private:
    SteadyClock::time_point looked_ = SteadyClock::now();
    SteadyClock::time_point told_ = looked_;
    int stride_ = 1;
    int rows_left_ = 1;
};

/// Hands the rows on, watches for the cancellation and tells the observer.
class Recorder final : public sources::RowSink {
  public:
    Recorder(ByteSink& sink, const Cancellation& cancellation,
             const std::function<void(const Progress&)>& observer)
        : encoder_(sink), cancellation_(cancellation), observer_(observer) {}

    void columns(std::span<const sources::Column> columns) override {
        cancellation_.check();
        encoder_.columns(columns);
    }

    void row(std::span<const sources::Value> values) override {
        if (cancellation_.cancelled()) cancellation_.check();
        encoder_.row(values);
        if (pace_.due()) tell();
    }

    const CsvEncoder& finish() {
        cancellation_.check();
        encoder_.finish();
        tell();
        return encoder_;
    }

  private:
    void tell() {
        if (observer_) observer_({.rows = encoder_.rows(), .bytes = encoder_.bytes()});
    }

    CsvEncoder encoder_;
    const Cancellation& cancellation_;
    const std::function<void(const Progress&)>& observer_;
    Pace pace_;
};

}  // namespace

Snapshot take_snapshot(sources::Source& source, const sources::Location& location,
                       const std::filesystem::path& path, const Cancellation& cancellation,
                       const std::function<void(const Progress&)>& observer) {
    HashedFile file(path);
    Recorder recorder(file, cancellation, observer);
    source.read(location, {}, recorder);
    const auto& encoder = recorder.finish();
    Snapshot result{.rows = encoder.rows(),
                    .bytes = encoder.bytes(),
                    .sha256 = file.digest(),
                    .schema = encoder.schema()};
    cancellation.check();
    file.commit();
    return result;
}

}  // namespace prevision::snapshot
