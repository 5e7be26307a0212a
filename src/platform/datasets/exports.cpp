#include "platform/datasets/exports.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace prevision::platform {

namespace {

using Commit = ExporterTable::Commit;

/// The export's state after a failure. Whether rows were committed is unknown when the connection broke meanwhile.
Commit fail(model::Export& failed, const Error& error, bool committing) {
    const auto reason = error.error_class();
    const bool is_interruption = reason == ErrorClass::interrupted || reason == ErrorClass::terminated;
    const bool is_uncertain = committing && (reason == ErrorClass::unreachable || is_interruption);
    failed.status = "failed";
    failed.logs =
        is_interruption ? "the export was interrupted before it was done" : valid_utf8(error.what());
    if (is_uncertain) failed.logs += "; the rows may have been written nevertheless";
    failed.error_class = to_string(reason);
    if (!is_interruption) failed.hint = error.hint();
    return is_uncertain ? Commit::uncertain : Commit::settled;
}

}  // namespace

Exports::Exports(ExporterTable& exporters, Jobs& alive, Ended ended)
    : exporters_(exporters), alive_(alive), ended_(std::move(ended)) {}

Exports::~Exports() {
    std::vector<std::shared_ptr<Job>> jobs;
    {
        const std::lock_guard lock(mutex_);
        jobs.swap(jobs_);
    }
    for (const auto& job : jobs) job->cancellation.cancel();
    for (const auto& job : jobs) job->thread.join();
}

/// Marks it as alive first: a running export without a mark counts as dead.
std::unique_ptr<Jobs::Work> Exports::insert(const model::Export& started) {
    auto working = alive_.work_on(started.id);
    exporters_.insert_export(started);
    return working;
}

void Exports::begin(const model::Export& started, Write write) {
    std::shared_ptr<Jobs::Work> working = insert(started);
    const auto job = std::make_shared<Job>();
    job->id = started.id;
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [](const std::shared_ptr<Job>& other) {
        if (other->ended) other->thread.join();
        return other->ended;
    });
    try {
        job->thread = std::thread(
            [this, job, started, write = std::move(write), working = std::move(working)]() mutable {
                work(started, write, job->cancellation, job->rows);
                // What it held is given back before anybody learns that it has ended.
                write = nullptr;
                working.reset();
                const std::lock_guard guard(mutex_);
                job->ended = true;
                has_ended_.notify_all();
            });
    } catch (const std::system_error& error) {
        auto failed = started;
        const auto commit =
            fail(failed, Error(ErrorClass::internal, "cannot start it: " + error.code().message()), false);
        record(failed, commit);
        return;
    }
    jobs_.push_back(job);
}

void Exports::hand_over_to(Launch launch) {
    const std::lock_guard lock(mutex_);
    launch_ = std::move(launch);
}

bool Exports::hand_over(const model::Export& started) {
    const std::lock_guard lock(mutex_);
    if (!launch_) return false;
    auto working = insert(started);
    working->set_inheritable(true);
    try {
        launch_(started.id);
    } catch (const Error& error) {
        auto failed = started;
        const auto commit = fail(failed, error, false);
        record(failed, commit);
        return true;
    }
    working->set_inheritable(false);
    working->pass_on();
    handed_over_.emplace(started.id, std::move(working));
    return true;
}

void Exports::run(const model::Export& started, const Write& write, Cancellation& cancellation) {
    const auto working = alive_.work_on(started.id);
    std::atomic<std::uint64_t> rows{0};
    work(started, write, cancellation, rows);
}

void Exports::work(model::Export done, const Write& write, Cancellation& cancellation,
                   std::atomic<std::uint64_t>& rows) {
    auto commit = Commit::settled;
    bool committing = false;
    try {
        write(done, cancellation,
              {.written = [&](std::uint64_t written) { rows = written; },
               .before_commit =
                   [&] {
                       exporters_.begin_commit(done.id);
                       committing = true;
                   }});
        done.status = "done";
    } catch (const Error& error) {
        commit = fail(done, error, committing);
    } catch (const std::exception& error) {
        commit = fail(done, Error(ErrorClass::internal, error.what()), committing);
    }
    record(done, commit);
    ended_(done);
}

void Exports::record(model::Export& done, Commit commit) {
    try {
        exporters_.settle_export(done, commit);
        return;
    } catch (const Error& error) {
        if (done.status == "done") {
            done.logs = fmt::format(
                "the export is written ({}), but that cannot be recorded: {}; do not export again", done.logs,
                error.what());
            done.status = "failed";
            done.error_class = to_string(error.error_class());
            commit = Commit::uncertain;
        }
    }
    try {
        exporters_.settle_export(done, commit);
    } catch (const Error&) {
        return;  // the next one who looks sets it to failed
    }
}

std::optional<std::uint64_t> Exports::rows_so_far(const std::string& export_id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(jobs_, export_id, [](const auto& job) { return job->id; });
    if (found == jobs_.end()) return std::nullopt;
    const std::uint64_t rows = (*found)->rows;
    return rows > 0 ? std::optional(rows) : std::nullopt;  // a file has none
}

/// A running export as it is now: failed when its process is gone.
model::Export Exports::settled(model::Export running) {
    if (!alive_.is_abandoned(running.id)) {
        running.rows = rows_so_far(running.id);
        return running;
    }
    // It may have ended between the reading and the test.
    const auto now = exporters_.find_export(running.id);
    if (now && now->status != "running") return *now;
    running.status = "failed";
    running.logs = "the process that exported ended before it was done";
    running.error_class = to_string(ErrorClass::internal);
    try {
        exporters_.settle_export(running, Commit::as_it_is);
    } catch (const Error&) {
        return running;  // a store that cannot be written can still be read; else a caller would wait for ever
    }
    return running;
}

std::optional<model::Export> Exports::find(const std::string& export_id) {
    auto found = exporters_.find_export(export_id);
    return found && found->status == "running" ? settled(std::move(*found)) : found;
}

Listed<model::Export> Exports::list(const std::string& exporter_id, const Page& page) {
    auto list = exporters_.list_exports(exporter_id, page);
    for (auto& each : list.items) {
        if (each.status == "running") each = settled(std::move(each));
    }
    return list;
}

void Exports::settle(const std::string& exporter_id) {
    for (auto& each : exporters_.running_exports(exporter_id)) settled(std::move(each));
}

void Exports::settle() {
    for (const auto& id : exporters_.running_exporters()) settle(id);
}

bool Exports::stop(const std::string& export_id, Cancellation& cancellation) {
    constexpr std::chrono::milliseconds step{50};
    std::unique_lock lock(mutex_);
    const auto found = std::ranges::find(jobs_, export_id, [](const auto& job) { return job->id; });
    if (found == jobs_.end()) return false;
    const auto job = *found;
    job->cancellation.cancel();
    while (!has_ended_.wait_for(lock, step, [&] { return job->ended; })) cancellation.check();
    return true;
}

std::size_t Exports::running() {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(jobs_, [](const auto& job) { return !job->ended; }));
}

}  // namespace prevision::platform
