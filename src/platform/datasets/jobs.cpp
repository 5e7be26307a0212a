#include "platform/datasets/jobs.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/datasets/file_format.hpp"

namespace prevision::platform {

namespace {

constexpr std::chrono::milliseconds progress_interval{200};

DatasetContent content_of(const Jobs::Taken& taken) {
    const auto& snapshot = taken.snapshot;
    return {.rows = snapshot.rows,
            .bytes = snapshot.bytes,
            .sha256 = snapshot.sha256,
            .schema = describe_columns(snapshot.schema),
            .file = describe_file(snapshot.file_name, snapshot.form),
            .manifest = taken.manifest};
}

/// The reason as it is recorded for later readers of the dataset.
Error reason_of(const Error& error) {
    if (error.error_class() != ErrorClass::interrupted && error.error_class() != ErrorClass::terminated)
        return error;
    return {error.error_class(), "the snapshot was interrupted before it was done"};
}

}  // namespace

Jobs::Jobs(DatasetTable& datasets, std::filesystem::path folder, Take take, Changed changed)
    : datasets_(datasets), folder_(std::move(folder)), take_(std::move(take)), changed_(std::move(changed)) {}

Jobs::~Jobs() {
    std::vector<std::shared_ptr<Job>> jobs;
    {
        const std::lock_guard lock(mutex_);
        jobs.swap(jobs_);
        stopping_ = true;
    }
    stopped_.notify_all();
    for (const auto& job : jobs) job->cancellation.cancel();
    for (const auto& job : jobs) {
        if (job->thread.joinable()) job->thread.join();
    }
    if (publisher_.joinable()) publisher_.join();
}

void Jobs::hand_over_to(Launch launch) {
    const std::lock_guard lock(mutex_);
    launch_ = std::move(launch);
}

// Takes the lock first: an unfinished dataset without a lock counts as dead.
void Jobs::begin(const model::Dataset& dataset, Names names, std::shared_ptr<const void> held) {
    create_private_directory(folder_);
    sweep();
    auto lock = WorkerLock::hold(lock_of(dataset.id));
    try {
        datasets_.insert(dataset, names);
    } catch (...) {
        remove_files(dataset.id);
        throw;
    }
    try {
        if (const auto launch = launcher()) {
            hand_over(launch, dataset.id, std::move(lock));
        } else {
            start_thread(dataset, std::move(lock), std::move(held));
        }
    } catch (...) {
        datasets_.remove(dataset.id);
        remove_files(dataset.id);
        datasets_.forget_removed({dataset.id});
        throw;
    }
}

Jobs::Launch Jobs::launcher() {
    const std::lock_guard lock(mutex_);
    return launch_;
}

void Jobs::hand_over(const Launch& launch, const std::string& dataset_id, WorkerLock lock) {
    lock.set_inheritable(true);
    launch(dataset_id);
    lock.set_inheritable(false);
    const std::lock_guard guard(mutex_);
    handed_over_.emplace(dataset_id, std::move(lock));
}

void Jobs::start_thread(const model::Dataset& dataset, WorkerLock lock, std::shared_ptr<const void> held) {
    auto job = add_job(dataset.id);
    try {
        // The thread ends under this lock too, so that an ended job always has a thread to join.
        const std::lock_guard guard(mutex_);
        job->thread =
            std::thread([this, job, dataset, lock = std::move(lock), held = std::move(held)]() mutable {
                work(*job, dataset);
                held.reset();
                end_job(*job);
            });
    } catch (const std::system_error& error) {
        end_job(*job);
        throw Error(ErrorClass::internal,
                    fmt::format("cannot start the snapshot: {}", error.code().message()));
    }
}

void Jobs::run_pending(const std::string& dataset_id, Cancellation& cancellation) {
    const Error none(ErrorClass::not_found,
                     fmt::format("no snapshot of a dataset {} is pending", dataset_id));
    const auto dataset = datasets_.find(dataset_id);
    if (!dataset || dataset->copy_state != "pending") throw none;
    create_private_directory(folder_);
    const auto lock = WorkerLock::hold(lock_of(dataset_id));
    const auto job = add_job(dataset_id);
    {
        const Cancellation::Subscription passed_on(cancellation, [&] { job->cancellation.cancel(); });
        work(*job, *dataset);
    }
    end_job(*job);
}

std::shared_ptr<Jobs::Job> Jobs::add_job(const std::string& dataset_id) {
    auto job = std::make_shared<Job>();
    job->id = dataset_id;
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [&](const std::shared_ptr<Job>& other) {
        if (other->ended && other->thread.joinable()) other->thread.join();
        return other->ended;
    });
    jobs_.push_back(job);
    if (!publisher_.joinable()) publisher_ = std::thread([this] { publish_progress(); });
    return job;
}

void Jobs::end_job(Job& job) {
    const std::lock_guard lock(mutex_);
    job.running = false;
    job.ended = true;
}

void Jobs::work(Job& job, const model::Dataset& dataset) {
    try {
        if (!datasets_.start(job.id)) return;
        job.running = true;
        tell(job.id);
        const auto take = [&](const model::Dataset& wanted) {
            return take_(wanted, file_of(job.id), job.cancellation, [&](const snapshot::Progress& now) {
                job.rows = now.rows;
                job.bytes = now.bytes;
                job.total_bytes = now.total_bytes.value_or(0);
                job.about_rows = now.about_rows.value_or(0);
            });
        };
        if (!record(job, take(dataset))) {
            auto again = dataset;
            again.if_changed = false;
            record(job, take(again));
        }
        tell(job.id);
    } catch (const Error& error) {
        fail(job.id, reason_of(error));
    } catch (const std::exception& error) {
        fail(job.id, Error(ErrorClass::internal, error.what()));
    }
    std::error_code ignored;
    std::filesystem::remove(lock_of(job.id), ignored);
}

/// Returns false when the snapshot must be taken after all: the dataset that the source is as in was deleted meanwhile.
bool Jobs::record(Job& job, const Taken& taken) {
    if (taken.unchanged) {
        const auto& [same, method, states] = *taken.unchanged;
        const bool is_recorded = datasets_.finish_unchanged(job.id, same, method, states);
        remove_files(job.id);
        if (is_recorded) datasets_.forget_removed({job.id});
        return is_recorded;
    }
    const auto content = content_of(taken);
    const SharingLock lock(folder_, job.cancellation);
    store_once(job.id, content, job.cancellation);
    // The dataset was deleted meanwhile, perhaps by a process that has died since.
    if (!datasets_.finish(job.id, content)) remove_files(job.id);
    return true;
}

/// Call it with the SharingLock, until the dataset is done.
void Jobs::store_once(const std::string& dataset_id, const DatasetContent& content,
                      Cancellation& cancellation) {
    std::vector<std::filesystem::path> others;
    for (const auto& other : datasets_.same_content(content.sha256, content.bytes))
        others.push_back(file_of(other));
    share_content(file_of(dataset_id), others, cancellation);
}

// When the store cannot be written, the next process that looks sets the dataset to failed.
void Jobs::fail(const std::string& dataset_id, const Error& reason) {
    try {
        datasets_.fail(dataset_id, reason);
        remove_files(dataset_id);
        tell(dataset_id);
    } catch (const Error&) {
        return;
    }
}

std::optional<model::Dataset> Jobs::find(const std::string& dataset_id) {
    auto dataset = datasets_.find_same(dataset_id);
    return dataset && is_unfinished(*dataset) ? settled(*dataset) : dataset;
}

Listed<model::Dataset> Jobs::list(const std::string& project_id, const Page& page) {
    auto list = datasets_.list(project_id, page);
    for (auto& dataset : list.items) {
        if (!is_unfinished(dataset)) continue;
        if (auto now = settled(dataset)) dataset = std::move(*now);
    }
    return list;
}

std::uint64_t Jobs::each(const std::string& project_id, const Page& page,
                         const std::function<void(model::Dataset)>& each) {
    auto listed = list(project_id, page);
    for (auto& dataset : listed.items) each(std::move(dataset));
    return listed.total;
}

std::uint64_t Jobs::each_id(const std::string& project_id, const Page& page,
                            const std::function<void(std::string_view)>& each) {
    return datasets_.each_id(project_id, page, each);
}

void Jobs::settle() {
    for (const auto& id : datasets_.unfinished()) find(id);
}

/// An unfinished dataset as it is now: failed when its worker is gone. The worker may have finished between the reading
/// and the lock; then the table refuses that step.
std::optional<model::Dataset> Jobs::settled(const model::Dataset& dataset) {
    const auto excluded = WorkerLock::try_exclude(lock_of(dataset.id));
    if (!excluded) return dataset;
    const Error reason(ErrorClass::internal, "the process that took the snapshot ended before it was done");
    try {
        if (datasets_.fail(dataset.id, reason)) {
            remove_files(dataset.id);
            tell(dataset.id);
        }
        return datasets_.find_same(dataset.id);
    } catch (const Error&) {
        // A store that cannot be written can still be read. Without this, a caller would wait for the dataset for ever.
        auto now = datasets_.find_same(dataset.id);
        if (now && is_unfinished(*now)) set_failed(*now, reason);
        return now;
    }
}

Jobs::Work::~Work() {
    if (file_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

std::unique_ptr<Jobs::Work> Jobs::work_on(const std::string& id) {
    create_private_directory(folder_);
    return std::make_unique<Work>(WorkerLock::hold(lock_of(id)), lock_of(id));
}

bool Jobs::is_abandoned(const std::string& id) const {
    return WorkerLock::try_exclude(lock_of(id)).has_value();
}

std::size_t Jobs::running() {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(jobs_, [](const auto& job) { return !job->ended; }));
}

// Inserts the dataset last, so that it is visible only with a complete file.
void Jobs::add_done(const model::Dataset& dataset,
                    const std::function<DatasetContent(const std::filesystem::path& file)>& write,
                    Names names) {
    const auto working = work_on(dataset.id);
    // Until the dataset is inserted, its files count as those of a removed one.
    datasets_.note_files(dataset.id);
    try {
        const auto content = write(file_of(dataset.id));
        Cancellation never;
        const SharingLock lock(folder_, never);
        store_once(dataset.id, content, never);
        datasets_.insert_done(dataset, content, names);
    } catch (...) {
        remove_files(dataset.id);  // what is left is swept later
        throw;
    }
    tell(dataset.id);
}

void Jobs::tell(const std::string& dataset_id) const {
    if (changed_) changed_(dataset_id);
}

/// A thread of its own, because the thread that reads the rows must not wait for the store.
void Jobs::publish_progress() {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, progress_interval, [&] { return stopping_; })) {
        const auto jobs = jobs_;
        lock.unlock();
        for (const auto& job : jobs) publish(*job);
        lock.lock();
    }
}

void Jobs::publish(Job& job) {
    if (!job.running) return;
    try {
        const auto known = [](std::uint64_t number) {
            return number == 0 ? std::nullopt : std::optional(number);
        };
        const DatasetProgress now{.rows = job.rows,
                                  .bytes = job.bytes,
                                  .total_bytes = known(job.total_bytes),
                                  .about_rows = known(job.about_rows)};
        // The dataset is not running: it was deleted, perhaps by another process.
        if (!datasets_.update_progress(job.id, now)) job.cancellation.cancel();
    } catch (const Error&) {
        // The store is busy or full: the next progress, or the end, will be written.
        return;
    }
}

}  // namespace prevision::platform
