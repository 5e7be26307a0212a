// The files of datasets: where they are, and how they go.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "platform/datasets/jobs.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t id_size = 24;

/// An id before it becomes a file's name: a store that was tampered with may hold another text.
const std::string& checked(const std::string& dataset_id) {
    if (is_id(dataset_id)) return dataset_id;
    throw Error(ErrorClass::integrity, fmt::format("'{}' is not the id of a dataset", dataset_id));
}

}  // namespace

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
        datasets_.forget_removed({dataset_id});
    } catch (const Error&) {
        return;  // the next sweep finds no files and tries again
    }
}

Jobs::Removed Jobs::remove_unheld(const std::vector<std::string>& ids) {
    Removed removed{.ids = datasets_.remove_unheld(ids)};
    if (!removed.ids.empty()) removed.freed_bytes = remove_abandoned(removed.ids);
    return removed;
}

/// Removes the files of deleted datasets that no process works on, in one pass over the folder, and forgets the
/// datasets whose files are gone. Returns how many bytes that freed.
std::uint64_t Jobs::remove_abandoned(const std::vector<std::string>& ids) {
    std::set<std::string, std::less<>> free;
    for (const auto& id : ids) {
        if (is_abandoned(id)) free.insert(id);
    }
    std::uint64_t freed = 0;
    std::error_code failure;
    for (auto each = std::filesystem::directory_iterator(folder_, failure); !failure && each != end(each);
         each.increment(failure)) {
        const auto found = free.find(each->path().filename().string().substr(0, id_size));
        if (found == free.end()) continue;
        const auto bytes = freed_by_removing(each->path());
        std::error_code refused;
        std::filesystem::remove(each->path(), refused);
        if (refused) {
            free.erase(found);
        } else {
            freed += bytes;
        }
    }
    if (failure && failure != std::errc::no_such_file_or_directory) return freed;
    try {
        datasets_.forget_removed({free.begin(), free.end()});
    } catch (const Error&) {
        return freed;  // the next sweep finds no files and tries again
    }
    return freed;
}

/// Removes the files of datasets that a killed process was deleting or uploading.
void Jobs::sweep() {
    if (const auto removed = datasets_.removed(); !removed.empty()) remove_abandoned(removed);
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

StoredContent Jobs::stored_content() {
    ContentCount count;
    for (const auto& dataset : datasets_.list_done())
        count.add(dataset.name, file_of(dataset.id), dataset.bytes);
    return count.total();
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

}  // namespace prevision::platform
