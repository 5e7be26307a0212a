#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "model/exporter.hpp"
#include "platform/datasets/jobs.hpp"
#include "platform/store/tables/exporters.hpp"

namespace prevision::platform {

/// Runs exports, each on its own thread or in another process, and keeps their table true: while one runs, its id is
/// marked as alive (Jobs::work_on), so an export whose process has died is noticed and becomes failed. Safe on any
/// thread.
class Exports {
  public:
    /// What the writing of an export reports.
    struct Report {
        std::function<void(std::uint64_t rows)> written;  ///< so many rows so far
        std::function<void()> before_commit;              ///< before rows are committed
    };

    /// Writes the data, all or nothing, and describes in `done` what was written.
    using Write = std::function<void(model::Export& done, Cancellation& cancellation, const Report& report)>;

    using Launch = std::function<void(const std::string& export_id)>;

    /// Called with an export that has ended in this process, on any thread.
    using Ended = std::function<void(const model::Export& ended)>;

    /// `exporters` and `alive` must outlive it.
    Exports(ExporterTable& exporters, Jobs& alive, Ended ended);

    /// Stops the exports that run in this process and waits for them.
    ~Exports();
    Exports(const Exports&) = delete;
    Exports& operator=(const Exports&) = delete;

    /// Records the export as running and begins it. A failure to write is recorded in it. Throws what the table
    /// throws when it cannot be recorded.
    void begin(const model::Export& started, Write write);

    /// From now on, `hand_over` calls `launch`. A process that it starts inherits the mark: the export is running
    /// while that process or this object lives.
    void hand_over_to(Launch launch);

    /// Records the export as running and passes it to `launch`. False, without doing anything, without a `launch`.
    bool hand_over(const model::Export& started);

    /// Runs an export that another process has handed over; returns when it is done or failed.
    void run(const model::Export& started, const Write& write, Cancellation& cancellation);

    /// As the table's, after exports whose process has died are set to failed. One that runs in this process has the rows that
    /// it has written so far.
    std::optional<model::Export> find(const std::string& export_id);
    Listed<model::Export> list(const std::string& exporter_id, const Page& page);

    /// Sets the exports whose process has died to failed: of an exporter, or of all.
    void settle(const std::string& exporter_id);
    void settle();

    /// Cancels an export and waits until it has ended. False when it does not run in this process. Throws the
    /// cancellation's Error.
    bool stop(const std::string& export_id, Cancellation& cancellation);

    /// The number of exports that run in this process.
    std::size_t running();

  private:
    struct Job {
        std::string id;
        Cancellation cancellation;
        std::atomic<std::uint64_t> rows{0};
        bool ended = false;  ///< guarded by mutex_
        std::thread thread;
    };

    void work(model::Export done, const Write& write, Cancellation& cancellation,
              std::atomic<std::uint64_t>& rows);
    void record(model::Export& done, ExporterTable::Commit commit);
    std::unique_ptr<Jobs::Work> insert(const model::Export& started);
    model::Export settled(model::Export running);
    std::optional<std::uint64_t> rows_so_far(const std::string& export_id);

    ExporterTable& exporters_;
    Jobs& alive_;
    Ended ended_;
    std::mutex mutex_;
    std::condition_variable has_ended_;
    Launch launch_;
    std::map<std::string, std::unique_ptr<Jobs::Work>> handed_over_;
    std::vector<std::shared_ptr<Job>> jobs_;
};

}  // namespace prevision::platform
