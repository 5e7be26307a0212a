#include "cli/output_file.hpp"

#include <regex>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

namespace fs = std::filesystem;

/// The file that a chain of links leads to, which need not exist. Error internal where the chain cannot be followed: the link
/// itself must not be replaced.
fs::path follow_links(const fs::path& path) {
    constexpr int most_links = 40;  // as the kernel has it
    auto target = path;
    std::error_code failure;
    for (int i = 0; fs::is_symlink(fs::symlink_status(target, failure)); ++i) {
        const auto folder = fs::canonical(target.has_parent_path() ? target.parent_path() : ".", failure);
        // An open descriptor: its link leads to a file that may have no name.
        if (!failure && std::regex_match(folder.string(), std::regex("/proc/[0-9]+(/task/[0-9]+)?/fd")))
            return folder / target.filename();
        const auto next = fs::read_symlink(target, failure);
        if (!failure && i == most_links)
            failure = std::make_error_code(std::errc::too_many_symbolic_link_levels);
        if (failure) {
            throw Error(ErrorClass::internal,
                        fmt::format("cannot write {}: {}", path.string(), failure.message()));
        }
        target = folder / next;
    }
    return target;
}

/// Opens what is not replaced. One of our own descriptors is used as it is: opened anew, a file would have a second position,
/// and what is written at one would be lost to the other.
FileDescriptor open_through(const fs::path& target) {
    const auto number = parse_integer(target.filename().string());
    if (number && target.parent_path() == fmt::format("/proc/{}/fd", ::getpid())) {
        FileDescriptor ours(::fcntl(static_cast<int>(*number), F_DUPFD_CLOEXEC, 0));
        if (ours) return ours;
    }
    return open_file(target, O_WRONLY | O_APPEND);
}

}  // namespace

OutputFile::OutputFile(const fs::path& path, Output& out, Readers readers) : path_(path) {
    if (path == "-") {
        out_ = &out;
        is_stdout_ = true;
        return;
    }
    const auto target = follow_links(path);
    struct stat status {};
    const bool exists = ::stat(target.c_str(), &status) == 0;
    std::error_code unknown;
    const bool is_descriptor = fs::is_symlink(fs::symlink_status(target, unknown));
    if (exists && S_ISDIR(status.st_mode))
        throw Error(ErrorClass::internal, fmt::format("cannot write {}: it is a folder", path.string()));
    if (exists && (is_descriptor || !S_ISREG(status.st_mode))) {
        out.flush();  // stdout may be the same file
        through_ = open_through(target);
        struct stat ours {};
        is_stdout_ = ::fstat(STDOUT_FILENO, &ours) == 0 && ours.st_dev == status.st_dev &&
                     ours.st_ino == status.st_ino;
        return;
    }
    replaces_ = exists;
    const bool is_private = readers == Readers::owner;
    file_.emplace(target, is_private ? 0600 : 0666);
    if (!exists) return;
    file_->keep_mode_and_owner(status.st_mode & (is_private ? 07700U : 07777U), status.st_uid, status.st_gid);
}

void OutputFile::write(std::string_view bytes) {
    if (out_ != nullptr) {
        out_->write(bytes);
    } else if (through_) {
        write_all(through_, bytes, path_);
    } else {
        file_->write(bytes);
    }
}

void OutputFile::commit() {
    if (file_) file_->commit();
}

bool OutputFile::commit_if_absent() { return !file_ || file_->commit_if_absent(); }

}  // namespace prevision::cli
