#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/cancellation.hpp"
#include "model/model.hpp"
#include "platform/datasets/worker_lock.hpp"
#include "platform/store/tables/datasets.hpp"
#include "snapshot/snapshot.hpp"

namespace prevision::platform {

/// Takes the snapshots that datasets are made of, each on a thread of its own or in another process, and
/// keeps the list of datasets true: who works on one holds its WorkerLock, so that a dataset whose worker has
/// died is found out without guessing from the time. Safe on any thread.
///
/// In the folder, ID.csv is a dataset that is done, and ID.lock the lock of a worker.
class Jobs {
  public:
    using Observer = std::function<void(const snapshot::Progress&)>;

    /// Writes the dataset's file, whole or not at all, or throws.
    using Take =
        std::function<snapshot::Snapshot(const model::Dataset& dataset, const std::filesystem::path& file,
                                         Cancellation& cancellation, const Observer& observer)>;

    using Launch = std::function<void(const std::string& dataset_id)>;

    /// Told the id of a dataset each time that its state has changed here; on any thread.
    using Changed = std::function<void(const std::string& dataset_id)>;

    /// `datasets` must outlive it. The folder is made when it is first needed.
    Jobs(DatasetTable& datasets, std::filesystem::path folder, Take take, Changed changed = {});

    /// Cancels the snapshots that run in this process and waits for them.
    ~Jobs();
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    /// Puts the dataset on the list and begins to take its snapshot. Throws what DatasetTable::insert and
    /// `launch` throw; the dataset is not on the list then.
    void begin(const model::Dataset& dataset);

    /// From now on, `begin` leaves the snapshot to `launch`. A process that is started in there inherits the
    /// worker's lock: the dataset counts as pending for as long as that process, or this object, is there.
    void hand_over_to(Launch launch);

    /// Takes a snapshot that was handed over; returns when the dataset is done or failed. Error not_found
    /// when no such snapshot is pending.
    void run_pending(const std::string& dataset_id, Cancellation& cancellation);

    /// As the table's, once the datasets whose worker has died are set to failed.
    std::optional<model::Dataset> find(const std::string& dataset_id);
    Listed<model::Dataset> list(const std::string& project_id, const Page& page);

    /// Sets every dataset whose worker has died to failed, and removes what it left.
    void settle();

    /// Takes the dataset off the list, stops the snapshot, wherever it runs, waits for that and removes the
    /// files. Error not_found, or the cancellation's: the dataset is gone then, and its files go later.
    void remove(const std::string& dataset_id, Cancellation& cancellation);

    /// How many snapshots are under way in this process.
    std::size_t running();

    /// Puts a dataset on the list that is done already; `write` makes its file, whole or not at all, and
    /// tells what it holds. Throws what that and DatasetTable::insert throw; nothing is left then.
    void add_done(const model::Dataset& dataset,
                  const std::function<DatasetContent(const std::filesystem::path& file)>& write);

    [[nodiscard]] std::filesystem::path file_of(const std::string& dataset_id) const;

  private:
    struct Job {
        std::string id;
        Cancellation cancellation;
        std::atomic<std::uint64_t> rows{0};
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<bool> running{false};  ///< its progress is to be told
        bool ended = false;                ///< guarded by mutex_
        std::thread thread;                ///< none where the caller's thread does the work
    };

    [[nodiscard]] std::filesystem::path lock_of(const std::string& dataset_id) const;
    Launch launcher();
    void hand_over(const Launch& launch, const std::string& dataset_id, WorkerLock lock);
    void start_thread(const model::Dataset& dataset, WorkerLock lock);
    std::shared_ptr<Job> add_job(const std::string& dataset_id);
    void end_job(Job& job);
    void work(Job& job, const model::Dataset& dataset);
    void fail(const std::string& dataset_id, const Error& reason);
    bool settle_one(const model::Dataset& dataset);
    void sweep();
    void remove_files(const std::string& dataset_id) const;
    void publish_progress();
    void publish(Job& job);
    void tell(const std::string& dataset_id) const;

    DatasetTable& datasets_;
    std::filesystem::path folder_;
    Take take_;
    Changed changed_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    Launch launch_;
    std::map<std::string, WorkerLock> handed_over_;
    std::vector<std::shared_ptr<Job>> jobs_;
    std::thread publisher_;
};

}  // namespace prevision::platform
