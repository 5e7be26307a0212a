#pragma once

#include <filesystem>
#include <optional>

#include "core/cancellation.hpp"
#include "core/file.hpp"

namespace prevision::platform {

/// A sign that somebody works on a dataset: a shared lock on a file. The system takes it away with the
/// process that holds it, however that ends, and a process that inherits the descriptor holds it too. Who
/// gets the exclusive lock knows that nobody works any more.
class WorkerLock {
  public:
    /// A worker's. Makes the file where needed; waits while somebody looks whether there is a worker. Error
    /// internal when the file cannot be made or locked.
    static WorkerLock hold(const std::filesystem::path& path);

    /// Proof that no worker is left: nothing while there is one. Where there is no file there is no worker,
    /// and none is made.
    static std::optional<WorkerLock> try_exclude(const std::filesystem::path& path);

    /// As `try_exclude`, waiting until the last worker has gone, or the cancellation is raised.
    static WorkerLock exclude(const std::filesystem::path& path, Cancellation& cancellation);

    /// Whether a program that is started from this process holds the lock too.
    void set_inheritable(bool inheritable) const;

  private:
    explicit WorkerLock(FileDescriptor file) : file_(std::move(file)) {}

    FileDescriptor file_;  ///< none where there was no file
};

}  // namespace prevision::platform
