#include "core/file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"

namespace prevision {

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode) {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) {
        const int reason = errno;
        throw Error(reason == ENOENT ? ErrorClass::not_found : ErrorClass::internal,
                    fmt::format("cannot open {}: {}", path.string(), system_message(reason)));
    }
    return FileDescriptor(descriptor);
}

void write_all(const FileDescriptor& file, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0) {
            const int reason = errno;
            if (reason == EINTR) continue;
            throw Error(ErrorClass::internal,
                        fmt::format("cannot write {}: {}", path.string(), system_message(reason)),
                        reason == ENOSPC || reason == EDQUOT ? "free some space, then try again" : "");
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::size_t read_some(const FileDescriptor& file, std::span<char> buffer, const std::filesystem::path& path) {
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) {
            throw Error(ErrorClass::internal,
                        fmt::format("cannot read {}: {}", path.string(), system_message(errno)));
        }
    }
}

namespace {

std::string read_all(const FileDescriptor& file, const std::filesystem::path& path, std::size_t limit) {
    std::string content;
    std::string buffer(1 << 16, '\0');
    while (const std::size_t count = read_some(file, buffer, path)) {
        if (content.size() + count > limit) {
            throw Error(ErrorClass::invalid,
                        fmt::format("cannot read {}: it is larger than {} bytes", path.string(), limit));
        }
        content.append(buffer, 0, count);
    }
    return content;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
    return read_all(open_file(path, O_RDONLY), path, limit);
}

std::string read_regular_file(const std::filesystem::path& path, std::size_t limit) {
    const auto file = open_file(path, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        throw Error(ErrorClass::invalid,
                    fmt::format("cannot read {}: it is not a regular file", path.string()));
    }
    return read_all(file, path, limit);
}

bool may_exist(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::status(path, ignored).type() != std::filesystem::file_type::not_found;
}

void create_private_directory(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return;
    if (path.has_parent_path() && path.parent_path() != path) create_private_directory(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot create the folder {}: {}", path.string(), system_message(errno)));
    }
}

}  // namespace prevision
