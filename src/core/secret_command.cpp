#include "core/secret_command.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.hpp"

namespace prevision {

namespace {

constexpr std::size_t output_limit = std::size_t{1} << 20U;

/// A shell that runs a command line. It is ended and waited for when this goes.
class Shell {
  public:
    Shell(const std::string& command, const std::string& option) {
        std::array<int, 2> ends{};
        int failure = ::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno;
        if (failure == 0) {
            output_ = FileDescriptor(ends[0]);
            const FileDescriptor input(ends[1]);
            failure = spawn(command, input);
        }
        if (failure != 0) {
            throw Error(ErrorClass::internal,
                        fmt::format("{} cannot be run: {}", option, system_message(failure)));
        }
    }

    ~Shell() {
        if (process_ <= 0) return;
        ::kill(group_ ? -process_ : process_, SIGTERM);
        wait();
    }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    [[nodiscard]] const FileDescriptor& output() const { return output_; }

    /// The status that it ended with, as waitpid has it.
    int wait() {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = 0;
        return status;
    }

  private:
    int spawn(const std::string& command, const FileDescriptor& input) {
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input.get(), STDOUT_FILENO);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        // As a shell of the user's own would find them.
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigaddset(&signals, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        // On a terminal it stays in our group, so that it may ask there, and Ctrl-C reaches all of it.
        group_ = ::isatty(STDERR_FILENO) == 0;
        if (group_) flags |= POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
        std::string shell = "sh";
        std::string flag = "-c";
        std::string line = command;
        const std::array<char*, 4> arguments{shell.data(), flag.data(), line.data(), nullptr};
        const int failure =
            ::posix_spawn(&process_, "/bin/sh", &files, &attributes, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
        return failure;
    }

    FileDescriptor output_;
    pid_t process_ = 0;
    bool group_ = false;  // whether it leads a group of its own, with all that it starts
};

/// Waits for output, or for the cancellation.
class OutputWait {
  public:
    explicit OutputWait(Cancellation& cancellation)
        : cancellation_(cancellation),
          wake_(::eventfd(0, EFD_CLOEXEC)),
          subscription_(cancellation, [this] { ::eventfd_write(wake_.get(), 1); }) {}

    void wait(const FileDescriptor& output) {
        std::array<pollfd, 2> waits{{{output.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
        while (::poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
        }
        cancellation_.check();
    }

  private:
    Cancellation& cancellation_;
    FileDescriptor wake_;
    Cancellation::Subscription subscription_;
};

}  // namespace

Secret without_last_newline(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    Secret secret(text);
    wipe(text);
    return secret;
}

Secret read_secret_command(const std::string& command, const std::string& option,
                           Cancellation& cancellation) {
    Shell shell(command, option);
    OutputWait output(cancellation);
    std::string text;
    text.reserve(4096);
    std::string buffer(4096, '\0');
    for (;;) {
        output.wait(shell.output());
        const std::size_t count = read_some(shell.output(), buffer, "the command's output");
        if (count == 0) break;
        if (text.size() + count > output_limit)
            throw Error(ErrorClass::invalid, fmt::format("{}: its output is too large", option));
        text.append(buffer, 0, count);
    }
    wipe(buffer);
    const int status = shell.wait();
    // Ctrl-C reaches the command as well.
    cancellation.check();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        wipe(text);
        throw Error(ErrorClass::invalid,
                    WIFEXITED(status) ? fmt::format("{} failed: exit code {}", option, WEXITSTATUS(status))
                                      : fmt::format("{} failed: signal {}", option, WTERMSIG(status)),
                    "run the command by itself to see why");
    }
    return without_last_newline(std::move(text));
}

}  // namespace prevision
