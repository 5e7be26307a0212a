#include "platform/datasets/worker_lock.hpp"

#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "core/wait.hpp"

namespace prevision::platform {

namespace {

/// False when another process holds the lock and `operation` has LOCK_NB.
bool lock(const FileDescriptor& file, int operation, const std::filesystem::path& path) {
    while (::flock(file.get(), operation) != 0) {
        if (errno == EWOULDBLOCK) return false;
        if (errno != EINTR) {
            throw Error(ErrorClass::internal,
                        fmt::format("cannot lock {}: {}", path.string(), system_message(errno)));
        }
    }
    return true;
}

}  // namespace

WorkerLock WorkerLock::hold(const std::filesystem::path& path) {
    for (;;) {
        auto file = open_file(path, O_RDWR | O_CREAT);
        lock(file, LOCK_SH, path);
        // Another process may have removed the file, as abandoned, before it was locked.
        struct stat opened {};
        struct stat there {};
        if (::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &there) == 0 &&
            opened.st_ino == there.st_ino && opened.st_dev == there.st_dev)
            return WorkerLock(std::move(file));
    }
}

std::optional<WorkerLock> WorkerLock::try_exclude(const std::filesystem::path& path) {
    FileDescriptor file;
    try {
        file = open_file(path, O_RDWR);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
        return WorkerLock(FileDescriptor());
    }
    if (!lock(file, LOCK_EX | LOCK_NB, path)) return std::nullopt;
    return WorkerLock(std::move(file));
}

// Polls, because a wait inside flock cannot be cancelled.
WorkerLock WorkerLock::exclude(const std::filesystem::path& path, Cancellation& cancellation) {
    for (;;) {
        if (auto excluded = try_exclude(path)) return std::move(*excluded);
        wait_for(std::chrono::milliseconds(10), cancellation);
    }
}

void WorkerLock::set_inheritable(bool inheritable) const {
    ::fcntl(file_.get(), F_SETFD, inheritable ? 0 : FD_CLOEXEC);
}

}  // namespace prevision::platform
