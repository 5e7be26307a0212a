#include "platform/datasets/content.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <span>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/wait.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} << 10U;

/// Which file of the system it is.
using Identity = std::pair<dev_t, ino_t>;

struct stat status_of(const FileDescriptor& file) {
    struct stat status {};
    ::fstat(file.get(), &status);
    return status;
}

Identity identity_of(const FileDescriptor& file) {
    const auto status = status_of(file);
    return {status.st_dev, status.st_ino};
}

/// Fills the buffer, unless the file ends before.
std::size_t fill(const FileDescriptor& file, std::string& buffer, const std::filesystem::path& path) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto count = read_some(file, std::span(buffer).subspan(filled), path);
        if (count == 0) break;
        filled += count;
    }
    return filled;
}

/// A file may have been damaged since its SHA-256 was recorded.
bool holds_same(const FileDescriptor& one, const FileDescriptor& other, const std::filesystem::path& path,
                const Cancellation& cancellation) {
    if (status_of(one).st_size != status_of(other).st_size) return false;
    if (::lseek(one.get(), 0, SEEK_SET) != 0) return false;
    std::string left(chunk_size, '\0');
    std::string right(chunk_size, '\0');
    for (;;) {
        cancellation.check();
        const auto count = fill(one, left, path);
        if (fill(other, right, path) != count ||
            !std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count), right.begin()))
            return false;
        if (count == 0) return true;
    }
}

/// Puts a link to the open file in place of `path`. The link has the name of a temporary file of the same dataset
/// first, which is removed with it.
bool replace_by_link(const FileDescriptor& file, const std::filesystem::path& path) {
    const auto opened = fmt::format("/proc/self/fd/{}", file.get());
    auto temporary = path;
    temporary += ".link";
    ::unlink(temporary.c_str());
    if (::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) != 0) return false;
    if (::rename(temporary.c_str(), path.c_str()) == 0) return true;
    ::unlink(temporary.c_str());
    return false;
}

}  // namespace

// Polls, because a wait inside flock cannot be cancelled.
SharingLock::SharingLock(const std::filesystem::path& folder, Cancellation& cancellation)
    : folder_(open_file(folder, O_RDONLY | O_DIRECTORY)) {
    while (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw Error(ErrorClass::internal,
                        fmt::format("cannot lock {}: {}", folder.string(), system_message(errno)));
        }
        wait_for(std::chrono::milliseconds(5), cancellation);
    }
}

bool share_content(const std::filesystem::path& file, const std::vector<std::filesystem::path>& others,
                   Cancellation& cancellation) {
    if (others.empty()) return false;
    const auto own = open_file(file, O_RDONLY);
    std::set<Identity> compared;
    for (const auto& path : others) {
        FileDescriptor other;
        try {
            other = open_file(path, O_RDONLY);
        } catch (const Error&) {
            continue;  // its dataset was deleted meanwhile, or it is missing
        }
        const auto identity = identity_of(other);
        if (identity == identity_of(own)) return true;
        // Links to a file that differs, or cannot be linked to, need no second look.
        if (!compared.insert(identity).second) continue;
        if (holds_same(own, other, path, cancellation) && replace_by_link(other, file)) return true;
    }
    return false;
}

void ContentCount::add(const std::string& name, const std::filesystem::path& file, std::uint64_t bytes) {
    ++total_.datasets;
    total_.bytes += bytes;
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != bytes) {
        total_.lost.push_back(name);
        return;
    }
    if (!files_.emplace(status.st_dev, status.st_ino).second) return;
    ++total_.files;
    total_.stored_bytes += bytes;
}

std::uint64_t freed_by_removing(const std::filesystem::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0 || status.st_nlink > 1) return 0;
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace prevision::platform
