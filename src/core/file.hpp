#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace prevision {

/// Owns a file descriptor.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

  private:
    int descriptor_ = -1;
};

/// Opens a file, close-on-exec. Error not_found when it is not there, else internal; both name the path and
/// the reason.
FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0600);

/// Writes all of it, however often the system takes less. Error internal names `path` and the reason (full
/// disk).
void write_all(const FileDescriptor& file, std::string_view bytes, const std::filesystem::path& path);

/// Reads up to the buffer's size; 0 at the end of the file.
std::size_t read_some(const FileDescriptor& file, std::span<char> buffer, const std::filesystem::path& path);

/// The whole of a file of at most `limit` bytes; Error invalid when it is larger.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// As `read_file`. Error invalid when it is not a regular file; does not wait for the writer of a FIFO.
std::string read_regular_file(const std::filesystem::path& path, std::size_t limit);

/// Whether there is something of that name. An unreadable path counts as existing, so that opening it reports
/// the real error.
bool may_exist(const std::filesystem::path& path);

/// Makes a folder and its parents, each with mode 0700. Error internal when it cannot be made.
void create_private_directory(const std::filesystem::path& path);

}  // namespace prevision
