#pragma once

#include <filesystem>
#include <optional>

#include "core/cancellation.hpp"
#include "core/file.hpp"

namespace prevision::platform {

/// A shared lock on a file, which each worker on a dataset holds. The system releases it when the process ends, and
/// a process that inherits the descriptor holds it too. The exclusive lock proves that no worker is left.
class WorkerLock {
  public:
    /// The lock of a worker. Creates the file when it is missing; waits while another process holds the exclusive
    /// lock. Error internal when the file cannot be created or locked.
    static WorkerLock hold(const std::filesystem::path& path);

    /// The exclusive lock; nothing while there is a worker. When the file does not exist there is no worker, and the
    /// file is not created.
    static std::optional<WorkerLock> try_exclude(const std::filesystem::path& path);

    /// As `try_exclude`, and waits until the last worker has ended. Throws the cancellation's Error.
    static WorkerLock exclude(const std::filesystem::path& path, Cancellation& cancellation);

    /// Whether a program that this process starts inherits the lock.
    void set_inheritable(bool inheritable) const;

  private:
    explicit WorkerLock(FileDescriptor file) : file_(std::move(file)) {}

    FileDescriptor file_;  ///< closed when the file does not exist
};

}  // namespace prevision::platform
