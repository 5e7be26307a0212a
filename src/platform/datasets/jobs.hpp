#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/cancellation.hpp"
#include "model/manifest.hpp"
#include "model/model.hpp"
#include "platform/datasets/content.hpp"
#include "platform/datasets/worker_lock.hpp"
#include "platform/store/tables/datasets.hpp"
#include "snapshot/snapshot.hpp"

namespace prevision::platform {

/// Takes snapshots, each on its own thread or in another process, and keeps the table of datasets true: a worker
/// holds the dataset's WorkerLock, so a dataset whose worker has died is noticed and becomes failed. Safe on any
/// thread.
///
/// The folder holds ID.csv for each done dataset, and ID.lock for each worker.
class Jobs {
  public:
    using Observer = std::function<void(const snapshot::Progress&)>;

    /// The done dataset that the source is still as in, and by what that was seen.
    struct Unchanged {
        std::string dataset_id;
        std::string method;
        std::vector<model::ManifestState> states;  ///< marks of the content, for the next comparison
    };

    /// What was taken, and of what; or why nothing was.
    struct Taken {
        Taken(snapshot::Snapshot content, model::Manifest origin = {})  // NOLINT(google-explicit-constructor)
            : snapshot(std::move(content)), manifest(std::move(origin)) {}
        explicit Taken(Unchanged same) : unchanged(std::move(same)) {}

        snapshot::Snapshot snapshot;
        model::Manifest manifest;
        std::optional<Unchanged> unchanged;
    };

    /// Writes the dataset's file, all or nothing.
    using Take = std::function<Taken(const model::Dataset& dataset, const std::filesystem::path& file,
                                     Cancellation& cancellation, const Observer& observer)>;

    using Launch = std::function<void(const std::string& dataset_id)>;

    /// Called with the id of a dataset whose state has changed in this process, on any thread.
    using Changed = std::function<void(const std::string& dataset_id)>;

    /// `datasets` must outlive it. The folder is created when it is needed.
    Jobs(DatasetTable& datasets, std::filesystem::path folder, Take take, Changed changed = {});

    /// Cancels the snapshots that run in this process and waits for them.
    ~Jobs();
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    /// Adds the dataset and begins its snapshot. `held` is kept until a snapshot in this process ends. Throws what
    /// DatasetTable::insert and `launch` throw; then no dataset is left.
    void begin(const model::Dataset& dataset, Names names = Names::repeated,
               std::shared_ptr<const void> held = nullptr);

    /// From now on, `begin` calls `launch` instead of taking the snapshot. A process that it starts inherits the
    /// worker's lock: the dataset is pending while that process or this object lives.
    void hand_over_to(Launch launch);

    /// Takes a pending snapshot of another process; returns when the dataset is done or failed. Error not_found when
    /// it is not pending.
    void run_pending(const std::string& dataset_id, Cancellation& cancellation);

    /// As the table's `find_same` and `list`, after datasets whose worker has died are set to failed.
    std::optional<model::Dataset> find(const std::string& dataset_id);
    Listed<model::Dataset> list(const std::string& project_id, const Page& page);
    std::uint64_t each(const std::string& project_id, const Page& page,
                       const std::function<void(model::Dataset)>& each);
    std::uint64_t each_id(const std::string& project_id, const Page& page,
                          const std::function<void(std::string_view)>& each);

    /// Sets every dataset whose worker has died to failed, and removes its files.
    void settle();

    /// Deletes the dataset, stops its snapshot in any process, waits for that, and removes the files. Error
    /// not_found. After the cancellation's Error, or Error internal for a file that cannot be removed, the dataset is
    /// deleted, and its files are removed later.
    void remove(const std::string& dataset_id, Cancellation& cancellation);

    /// What `remove_unheld` removed.
    struct Removed {
        std::vector<std::string> ids;
        std::uint64_t freed_bytes = 0;  ///< of contents that no dataset is left of
    };

    /// Deletes those of the datasets that are done and not held, and their files. Files that something reads meanwhile,
    /// such as a backup, or that cannot be removed, are removed later.
    Removed remove_unheld(const std::vector<std::string>& ids);

    /// The number of snapshots that run in this process.
    std::size_t running();

    /// Adds a dataset that is already done. `write` writes its file, all or nothing, and returns what it holds.
    /// Throws what `write` and DatasetTable::insert_done throw; then nothing is left.
    void add_done(const model::Dataset& dataset,
                  const std::function<DatasetContent(const std::filesystem::path& file)>& write,
                  Names names = Names::repeated);

    /// Marks other work than a snapshot, such as an export, as alive under its id, until the object is destroyed.
    class Work {
      public:
        Work(WorkerLock lock, std::filesystem::path file) : lock_(std::move(lock)), file_(std::move(file)) {}
        ~Work();
        Work(const Work&) = delete;
        Work& operator=(const Work&) = delete;

        /// Whether a process that this one starts marks it as alive too.
        void set_inheritable(bool inheritable) const { lock_.set_inheritable(inheritable); }

        /// Leaves the mark's file to a process that inherited the mark, and removes it when it ends.
        void pass_on() { file_.clear(); }

      private:
        WorkerLock lock_;
        std::filesystem::path file_;
    };
    [[nodiscard]] std::unique_ptr<Work> work_on(const std::string& id);

    /// Whether no process works under the id.
    [[nodiscard]] bool is_abandoned(const std::string& id) const;

    /// Cleans up what killed processes left: sets their datasets to failed and removes files. Does nothing when the
    /// store or the folder cannot be written.
    void recover();

    /// What the done datasets of all projects hold.
    [[nodiscard]] StoredContent stored_content();

    /// The files in the folder that belong to no dataset and no work.
    [[nodiscard]] std::vector<std::filesystem::path> leftovers();

    [[nodiscard]] std::filesystem::path file_of(const std::string& dataset_id) const;

  private:
    struct Job {
        std::string id;
        Cancellation cancellation;
        std::atomic<std::uint64_t> rows{0};
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<std::uint64_t> total_bytes{0};  ///< 0 where it is not known, as below
        std::atomic<std::uint64_t> about_rows{0};
        std::atomic<bool> running{false};  ///< its progress is published
        bool ended = false;                ///< guarded by mutex_
        std::thread thread;                ///< not started when the caller's thread does the work
    };

    [[nodiscard]] std::filesystem::path lock_of(const std::string& dataset_id) const;
    Launch launcher();
    void hand_over(const Launch& launch, const std::string& dataset_id, WorkerLock lock);
    void start_thread(const model::Dataset& dataset, WorkerLock lock, std::shared_ptr<const void> held);
    std::shared_ptr<Job> add_job(const std::string& dataset_id);
    void end_job(Job& job);
    void work(Job& job, const model::Dataset& dataset);
    bool record(Job& job, const Taken& taken);
    void store_once(const std::string& dataset_id, const DatasetContent& content, Cancellation& cancellation);
    void fail(const std::string& dataset_id, const Error& reason);
    std::optional<model::Dataset> settled(const model::Dataset& dataset);
    void sweep();
    std::optional<std::string> remove_files(const std::string& dataset_id) const;
    std::uint64_t remove_abandoned(const std::vector<std::string>& ids);
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
