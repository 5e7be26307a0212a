#include "core/atomic_file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/id.hpp"

namespace prevision {

namespace {

constexpr std::uint64_t write_back_size = std::uint64_t{8} << 20U;

Error cannot_write(const std::filesystem::path& path) {
    return Error(ErrorClass::internal,
                 fmt::format("cannot write {}: {}", path.string(), system_message(errno)));
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, unsigned mode)
    : path_(std::move(path)), temporary_(fmt::format("{}.{}.part", path_.string(), new_id())) {
    // Else a name that is too long shows only when the file gets it.
    struct stat status {};
    if (::lstat(temporary_.c_str(), &status) != 0 && errno == ENAMETOOLONG) throw cannot_write(path_);
    // A file without a name leaves nothing when the process is killed. Not every file system has such files, and they
    // get their name through /proc.
    if (::access("/proc/self/fd", X_OK) == 0)
        file_ = FileDescriptor(::open(folder().c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode));
    if (file_) return;
    try {
        file_ = open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL, mode);
    } catch (const Error& error) {
        if (open_elsewhere()) return;
        // A missing folder is not the object that the user asked for, and the temporary name means nothing to the user.
        auto message = std::string(error.what());
        if (const auto at = message.find(temporary_.string()); at != std::string::npos)
            message.replace(at, temporary_.string().size(), path_.string());
        throw Error(ErrorClass::internal, message, error.hint());
    }
    pending_ = true;
}

/// A file that may be written, in a folder that may not: what is to be in it is kept in the folder for temporary files until
/// `commit`. False where that cannot be.
bool AtomicFile::open_elsewhere() {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
        ::faccessat(AT_FDCWD, path_.c_str(), W_OK, AT_EACCESS) != 0 || ::access("/proc/self/fd", X_OK) != 0)
        return false;
    std::error_code failure;
    const auto temporary_folder = std::filesystem::temp_directory_path(failure);
    if (failure) return false;
    file_ = FileDescriptor(::open(temporary_folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
    overwrites_ = static_cast<bool>(file_);
    return overwrites_;
}

AtomicFile::~AtomicFile() {
    if (pending_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    write_all(file_, bytes, temporary_);
    written_ += bytes.size();
    // The kernel starts writing a large file while more of it comes, so that `commit` waits less. Only a hint: a failure
    // shows again in `commit`.
    if (written_ - set_off_ >= write_back_size) {
        ::sync_file_range(file_.get(), static_cast<off_t>(set_off_), static_cast<off_t>(written_ - set_off_),
                          SYNC_FILE_RANGE_WRITE);
        set_off_ = written_;
    }
}

bool AtomicFile::link_to(const std::filesystem::path& name) const {
    const auto descriptor = fmt::format("/proc/self/fd/{}", file_.get());
    if (::linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
    if (errno == EEXIST) return false;
    throw cannot_write(path_);
}

/// Gives a file without a name its temporary one.
void AtomicFile::give_name() {
    if (!pending_) pending_ = link_to(temporary_);
}

void AtomicFile::keep_mode_and_owner(unsigned mode, unsigned owner, unsigned group) {
    struct stat now {};
    const bool is_owner = ::fstat(file_.get(), &now) == 0 && now.st_uid == owner && now.st_gid == group;
    if (overwrites_) return;
    overwrites_ = !is_owner && ::fchown(file_.get(), owner, group) != 0;
    ::fchmod(file_.get(), mode);
}

void AtomicFile::overwrite() {
    const auto unnamed = fmt::format("/proc/self/fd/{}", file_.get());
    const auto from = open_file(pending_ ? temporary_ : std::filesystem::path(unnamed), O_RDONLY);
    const auto to = open_file(path_, O_WRONLY | O_TRUNC);
    std::string buffer(std::size_t{1} << 16U, '\0');
    while (const auto count = read_some(from, buffer, temporary_))
        write_all(to, std::string_view(buffer).substr(0, count), path_);
    if (::fsync(to.get()) != 0) throw cannot_write(path_);
}

void AtomicFile::commit() {
    sync_file();
    if (overwrites_) {
        overwrite();
        return;
    }
    give_name();
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
        // A file that is mounted, as into a container, keeps its place.
        if (errno != EBUSY) throw cannot_write(path_);
        overwrite();
        return;
    }
    pending_ = false;
    sync_directory();
}

bool AtomicFile::commit_if_absent() {
    sync_file();
    if (!pending_) {
        const bool linked = link_to(path_);
        sync_directory();
        return linked;
    }
    if (::link(temporary_.c_str(), path_.c_str()) != 0) {
        if (errno == EEXIST) return false;
        throw cannot_write(path_);
    }
    ::unlink(temporary_.c_str());
    pending_ = false;
    sync_directory();
    return true;
}

void AtomicFile::sync_file() {
    if (::fsync(file_.get()) != 0) throw cannot_write(temporary_);
}

// Without this a power cut can lose the name although the bytes are safe. Best effort: a folder that may not be listed
// cannot be opened, and not every file system can do it.
void AtomicFile::sync_directory() const {
    const FileDescriptor directory(::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
}

std::filesystem::path AtomicFile::folder() const {
    return path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
}

}  // namespace prevision
