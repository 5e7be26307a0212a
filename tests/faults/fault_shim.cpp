// A library for LD_PRELOAD: it counts the calls that change a file system, and makes one of them fail.
//
// FAULT_COUNTER   a file of 8 bytes; the calls are counted there as a native 64-bit number
// FAULT_AT        the number of the call that fails, from 1; unset: none
// FAULT_ACTION    "fail": this call ends with EIO;  "full": this and all later calls that need space end with ENOSPC;
//                 "kill": the process ends before the call, as by SIGKILL
//
// Calls on stdin, stdout, stderr and on anything but regular files and folders do not count.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class Action : std::uint8_t { fail, full, kill };

/// What the environment asks for; read once, when the first call comes.
struct Plan {
    std::atomic<std::uint64_t>* counter = nullptr;
    std::uint64_t at = 0;
    Action action = Action::fail;

    Plan() {
        if (const char* path = std::getenv("FAULT_COUNTER")) {
            const long file = ::syscall(SYS_open, path, O_RDWR);
            if (file >= 0) {
                void* const memory = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                                            MAP_SHARED, static_cast<int>(file), 0);
                if (memory != MAP_FAILED) counter = static_cast<std::atomic<std::uint64_t>*>(memory);
                ::syscall(SYS_close, file);
            }
        }
        if (const char* number = std::getenv("FAULT_AT")) at = std::strtoull(number, nullptr, 10);
        if (const char* name = std::getenv("FAULT_ACTION")) {
            if (std::string_view(name) == "full") action = Action::full;
            if (std::string_view(name) == "kill") action = Action::kill;
        }
    }
};

Plan& plan() {
    static Plan the_plan;
    return the_plan;
}

/// Counts one call. True when it has to fail; errno says how.
bool fails(bool needs_space) {
    auto& the_plan = plan();
    if (the_plan.counter == nullptr) return false;
    const auto number = ++*the_plan.counter;
    if (the_plan.at == 0 || number < the_plan.at) return false;
    if (the_plan.action == Action::full) {
        if (needs_space) errno = ENOSPC;
        return needs_space;
    }
    if (number != the_plan.at) return false;
    if (the_plan.action == Action::kill) {
        ::raise(SIGKILL);
        ::pause();
    }
    errno = EIO;
    return true;
}

bool counts(int file) {
    if (file <= STDERR_FILENO) return false;
    struct stat status {};
    return ::fstat(file, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

bool opens_for_writing(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open_at(int folder, const char* path, int flags, mode_t mode) {
    struct stat status {};
    const bool device =
        ::fstatat(folder, path, &status, 0) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
    if (opens_for_writing(flags) && !device && fails((flags & O_CREAT) != 0)) return -1;
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags | O_LARGEFILE, mode));
}

template <typename Result, typename Call>
Result on_file(int file, bool needs_space, Call call) {
    if (counts(file) && fails(needs_space)) return -1;
    return static_cast<Result>(call());
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
    return on_file<ssize_t>(file, true, [&] { return ::syscall(SYS_write, file, bytes, size); });
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
    return on_file<ssize_t>(file, true, [&] { return ::syscall(SYS_pwrite64, file, bytes, size, offset); });
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
    return on_file<ssize_t>(file, true, [&] { return ::syscall(SYS_pwrite64, file, bytes, size, offset); });
}
ssize_t writev(int file, const iovec* pieces, int count) {
    return on_file<ssize_t>(file, true, [&] { return ::syscall(SYS_writev, file, pieces, count); });
}
int fsync(int file) {
    return on_file<int>(file, true, [&] { return ::syscall(SYS_fsync, file); });
}
int fdatasync(int file) {
    return on_file<int>(file, true, [&] { return ::syscall(SYS_fdatasync, file); });
}
int ftruncate(int file, off_t size) noexcept {
    return on_file<int>(file, false, [&] { return ::syscall(SYS_ftruncate, file, size); });
}
int ftruncate64(int file, off64_t size) noexcept {
    return on_file<int>(file, false, [&] { return ::syscall(SYS_ftruncate, file, size); });
}
int posix_fallocate(int file, off_t offset, off_t size) {
    if (counts(file) && fails(true)) return errno;
    return next<int(int, off_t, off_t)>("posix_fallocate")(file, offset, size);
}

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, path, flags, mode);
}
int openat64(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, path, flags, mode);
}
int __open_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }

int rename(const char* from, const char* to) noexcept {
    return fails(true) ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return fails(true) ? -1 : static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    return fails(true) ? -1
                       : static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
int link(const char* from, const char* to) noexcept {
    return fails(true) ? -1 : static_cast<int>(::syscall(SYS_link, from, to));
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    return fails(true) ? -1
                       : static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}
int unlink(const char* path) noexcept {
    return fails(false) ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}
int unlinkat(int folder, const char* path, int flags) noexcept {
    return fails(false) ? -1 : static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}
int remove(const char* path) noexcept {
    if (fails(false)) return -1;
    const long result = ::syscall(SYS_unlink, path);
    return static_cast<int>(result == -1 && errno == EISDIR ? ::syscall(SYS_rmdir, path) : result);
}
int mkdir(const char* path, mode_t mode) noexcept {
    return fails(true) ? -1 : static_cast<int>(::syscall(SYS_mkdir, path, mode));
}
int rmdir(const char* path) noexcept {
    return fails(false) ? -1 : static_cast<int>(::syscall(SYS_rmdir, path));
}

}  // extern "C"
