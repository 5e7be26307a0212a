#include "platform/datasets/jobs.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "platform/datasets/file_format.hpp"

namespace prevision::platform {

namespace {

constexpr std::chrono::milliseconds progress_interval{200};
constexpr std::size_t id_size = 24;

bool is_unfinished(const model::Dataset& dataset) {
    return dataset.copy_state == "pending" || dataset.copy_state == "running";
}

DatasetContent content_of(const snapshot::Snapshot& snapshot) {
    DatasetContent content{.rows = snapshot.rows,
                           .bytes = snapshot.bytes,
                           .sha256 = snapshot.sha256,
                           .schema = {},
                           .file = describe_file(snapshot.file_name, snapshot.form)};
    for (const auto& column : snapshot.schema) {
        content.schema.push_back({.name = column.name, .type = column.type, .nullable = column.nullable});
    }
    return content;
}

/// An id before it becomes a file's name: a store that was tampered with may hold another text.
const std::string& checked(const std::string& dataset_id) {
    if (is_id(dataset_id)) return dataset_id;
    throw Error(ErrorClass::integrity, fmt::format("'{}' is not the id of a dataset", dataset_id));
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
        datasets_.forget_removed(dataset.id);
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
        const auto snapshot =
            take_(dataset, file_of(job.id), job.cancellation, [&](const snapshot::Progress& now) {
                job.rows = now.rows;
                job.bytes = now.bytes;
                job.total_bytes = now.total_bytes.value_or(0);
                job.about_rows = now.about_rows.value_or(0);
            });
        // The dataset was deleted meanwhile, perhaps by a process that has died since.
        if (!datasets_.finish(job.id, content_of(snapshot))) remove_files(job.id);
        tell(job.id);
    } catch (const Error& error) {
        fail(job.id, reason_of(error));
    } catch (const std::exception& error) {
        fail(job.id, Error(ErrorClass::internal, error.what()));
    }
    std::error_code ignored;
    std::filesystem::remove(lock_of(job.id), ignored);
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
    auto dataset = datasets_.find(dataset_id);
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
        return datasets_.find(dataset.id);
    } catch (const Error&) {
        // A store that cannot be written can still be read. Without this, a caller would wait for the dataset for ever.
        auto now = datasets_.find(dataset.id);
        if (now && is_unfinished(*now)) set_failed(*now, reason);
        return now;
    }
}

void Jobs::remove(const std::string& dataset_id, Cancellation& cancellation) {
    datasets_.remove(dataset_id);
    {
        const std::lock_guard lock(mutex_);
        handed_over_.erase(dataset_id);
        for (const auto& job : jobs_) {
            if (job->id == dataset_id) job->cancellation.cancel();
        }
    }
    const auto excluded = WorkerLock::exclude(lock_of(dataset_id), cancellation);
    if (const auto failure = remove_files(dataset_id)) {
        throw Error(ErrorClass::internal,
                    fmt::format("the dataset is deleted, but its files are not: {}", *failure),
                    fmt::format("make {} writable; the next command then removes them", folder_.string()));
    }
    try {
        datasets_.forget_removed(dataset_id);
    } catch (const Error&) {
        return;  // the next sweep finds no files and tries again
    }
}

/// Removes the files of datasets that a killed process was deleting or uploading.
void Jobs::sweep() {
    for (const auto& id : datasets_.removed()) {
        if (!is_abandoned(id) || remove_files(id)) continue;
        datasets_.forget_removed(id);
    }
    // A process that was killed before it recorded its dataset, or after it ended it, left its lock.
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
        const auto id = entry.path().stem().string();
        if (entry.path().extension() != ".lock" || !is_id(id)) continue;
        const auto dataset = datasets_.find(id);
        if (dataset && is_unfinished(*dataset)) continue;
        const auto excluded = WorkerLock::try_exclude(entry.path());
        if (excluded) std::filesystem::remove(entry.path(), ignored);
    }
}

void Jobs::recover() {
    try {
        sweep();
        settle();
    } catch (const Error&) {
        return;
    }
}

std::vector<std::filesystem::path> Jobs::leftovers() {
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
        const auto id = entry.path().filename().string().substr(0, id_size);
        const auto dataset = is_id(id) ? datasets_.find(id) : std::nullopt;
        const bool is_file = dataset && entry.path() == file_of(id);
        if (!is_file && (!is_id(id) || is_abandoned(id))) found.push_back(entry.path());
    }
    return found;
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

std::filesystem::path Jobs::file_of(const std::string& dataset_id) const {
    return folder_ / (checked(dataset_id) + ".csv");
}

std::filesystem::path Jobs::lock_of(const std::string& dataset_id) const {
    return folder_ / (checked(dataset_id) + ".lock");
}

/// Removes the file, the lock, and temporary files beside them. Returns why one could not be removed.
std::optional<std::string> Jobs::remove_files(const std::string& dataset_id) const {
    const auto prefix = checked(dataset_id) + ".";
    std::optional<std::string> reason;
    std::error_code failure;
    for (auto each = std::filesystem::directory_iterator(folder_, failure); !failure && each != end(each);
         each.increment(failure)) {
        if (!each->path().filename().string().starts_with(prefix)) continue;
        std::error_code refused;
        std::filesystem::remove(each->path(), refused);
        if (refused) reason = fmt::format("{}: {}", each->path().string(), refused.message());
    }
    if (failure && failure != std::errc::no_such_file_or_directory)
        reason = fmt::format("{}: {}", folder_.string(), failure.message());
    return reason;
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
