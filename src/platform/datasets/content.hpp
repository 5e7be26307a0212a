#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/cancellation.hpp"
#include "core/file.hpp"

/// The bytes of datasets, which are stored once: datasets of the same bytes are hard links to one file. The file system
/// counts them, and frees the bytes with the last one, whatever ends in between.
namespace prevision::platform {

/// The right to share files of a folder: while one process has it, no other dataset becomes done. Released by destruction
/// and when the process dies.
class SharingLock {
  public:
    /// Waits for it. Error internal when the folder cannot be locked; the cancellation's.
    SharingLock(const std::filesystem::path& folder, Cancellation& cancellation);

  private:
    FileDescriptor folder_;
};

/// Makes `file` a link to the first of the others that holds the same bytes, which it compares. Where none does, or the
/// file system has no links, the file stays as it is. Returns whether it is one.
bool share_content(const std::filesystem::path& file, const std::vector<std::filesystem::path>& others,
                   Cancellation& cancellation);

/// What the datasets of a platform hold, and what it takes on the disk.
struct StoredContent {
    std::uint64_t datasets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;
    std::uint64_t stored_bytes = 0;
    std::vector<std::string> lost;  ///< names of datasets whose file is missing or has another size
};

/// Counts the content of datasets as it is added.
class ContentCount {
  public:
    void add(const std::string& name, const std::filesystem::path& file, std::uint64_t bytes);
    [[nodiscard]] const StoredContent& total() const { return total_; }

  private:
    StoredContent total_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> files_;  ///< by device and number
};

/// The bytes that removing the file frees: none while another link to it is left.
std::uint64_t freed_by_removing(const std::filesystem::path& file);

}  // namespace prevision::platform
