#include "cli/secret_command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/child_process.hpp"

namespace prevision {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t output_limit = std::size_t{1} << 20U;
constexpr milliseconds grace{1000};  // between SIGTERM and SIGKILL

/// The process and all that it has started, as far as these still have their parents.
std::vector<pid_t> family_of(pid_t process) {
    std::vector<pid_t> family{process};
    for (std::size_t i = 0; i < family.size(); ++i) {
        std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", family[i]));
        for (pid_t child = 0; children >> child;) family.push_back(child);
    }
    return family;
}

/// Waits until one of the descriptors is ready, or the time has passed: negative is no limit.
void wait_for_any(std::span<pollfd> waits, milliseconds limit) {
    const int timeout =
        limit.count() < 0 ? -1 : static_cast<int>(std::min(limit, milliseconds(1'000'000)).count());
    while (::poll(waits.data(), waits.size(), timeout) < 0 && errno == EINTR) {
    }
}

/// A shell that runs a command line without stdin. It and what it has started end with this.
class Shell {
  public:
    Shell(const std::string& command, const std::string& option) {
        // On a terminal it stays in our group, so that it can prompt there and Ctrl-C reaches all of it.
        group_ = ::isatty(STDERR_FILENO) == 0;
        try {
            child_ =
                start_child({.program = "/bin/sh",
                             .arguments = {"sh", "-c", command},
                             .input = ChildCommand::Stream::null,
                             .output = ChildCommand::Stream::pipe,
                             .group = group_ ? ChildCommand::Group::own : ChildCommand::Group::inherited});
        } catch (const Error& error) {
            throw Error(ErrorClass::internal, fmt::format("{} cannot be run: {}", option, error.what()));
        }
        ended_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child_.id, 0)));
    }
    ~Shell() {
        if (child_.id <= 0) return;
        const auto family = group_ ? std::vector<pid_t>{-child_.id} : family_of(child_.id);
        for (const auto process : family) ::kill(process, SIGTERM);
        std::array<pollfd, 1> end{{{ended_.get(), POLLIN, 0}}};
        wait_for_any(end, grace);
        for (const auto process : family) ::kill(process, SIGKILL);
        wait_for_child(child_.id);
    }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    [[nodiscard]] const FileDescriptor& output() const { return child_.output; }
    [[nodiscard]] const FileDescriptor& ended() const {
        return ended_;
    }  ///< readable when the shell has ended

    /// The status that it ended with, as waitpid has it. What it left running in its group ends.
    int finish() {
        if (group_) ::kill(-child_.id, SIGTERM);
        return wait_for_child(std::exchange(child_.id, 0));
    }

  private:
    ChildProcess child_;
    FileDescriptor ended_;
    bool group_ = false;  // whether it leads a process group of its own
};

/// Waits for the shell's output or end, for the cancellation, and for the time limit.
class ShellWait {
  public:
    ShellWait(const Shell& shell, const std::string& option, milliseconds limit, Cancellation& cancellation)
        : shell_(shell),
          option_(option),
          limit_(limit),
          cancellation_(cancellation),
          wake_(::eventfd(0, EFD_CLOEXEC)),
          subscription_(cancellation, [this] { ::eventfd_write(wake_.get(), 1); }) {}

    /// Whether there is output to read, or its end; false when the shell has ended.
    bool wait_for_output() {
        std::array<pollfd, 3> waits{{{wake_.get(), POLLIN, 0},
                                     {shell_.ended().get(), POLLIN, 0},
                                     {shell_.output().get(), POLLIN, 0}}};
        wait(waits);
        return waits[2].revents != 0;
    }

    void wait_for_end() {
        std::array<pollfd, 2> waits{{{wake_.get(), POLLIN, 0}, {shell_.ended().get(), POLLIN, 0}}};
        wait(waits);
    }

  private:
    void wait(std::span<pollfd> waits) {
        const auto passed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start_);
        const bool limited = limit_.count() > 0;
        wait_for_any(waits, limited ? std::max(limit_ - passed, milliseconds(0)) : milliseconds(-1));
        cancellation_.check();
        if (std::ranges::any_of(waits, [](const pollfd& each) { return each.revents != 0; })) return;
        throw Error(ErrorClass::unreachable,
                    fmt::format("{} failed: no answer within {:g} s", option_,
                                std::chrono::duration<double>(limit_).count()),
                    "--timeout gives it longer");
    }

    const Shell& shell_;
    const std::string& option_;
    milliseconds limit_;
    steady_clock::time_point start_ = steady_clock::now();
    Cancellation& cancellation_;
    FileDescriptor wake_;
    Cancellation::Subscription subscription_;
};

std::string read_output(const Shell& shell, ShellWait& wait, const std::string& option) {
    std::string text;
    text.reserve(4096);
    std::string buffer(4096, '\0');
    while (wait.wait_for_output()) {
        const std::size_t count = read_some(shell.output(), buffer, "the command's output");
        if (count == 0) break;
        if (text.size() + count > output_limit)
            throw Error(ErrorClass::invalid, fmt::format("{}: its output is too large", option));
        text.append(buffer, 0, count);
    }
    wipe(buffer);
    return text;
}

}  // namespace

Secret without_last_newline(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    Secret secret(text);
    wipe(text);
    return secret;
}

Secret read_secret_command(const std::string& command, const std::string& option, milliseconds limit,
                           Cancellation& cancellation) {
    Shell shell(command, option);
    ShellWait wait(shell, option, limit, cancellation);
    auto secret = without_last_newline(read_output(shell, wait, option));
    wait.wait_for_end();
    const int status = shell.finish();
    // Ctrl-C ends the command too: report the interruption, not the command's failure.
    cancellation.check();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw Error(ErrorClass::invalid,
                    WIFEXITED(status) ? fmt::format("{} failed: exit code {}", option, WEXITSTATUS(status))
                                      : fmt::format("{} failed: signal {}", option, WTERMSIG(status)),
                    "run the command by itself to see why");
    }
    if (secret.empty())
        throw Error(ErrorClass::invalid, fmt::format("{} failed: the command printed nothing", option),
                    "run the command by itself to see why");
    return secret;
}

}  // namespace prevision
