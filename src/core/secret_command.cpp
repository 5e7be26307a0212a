#include "core/secret_command.hpp"

#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/child_process.hpp"
#include "core/wait.hpp"

namespace prevision {

namespace {

constexpr std::size_t output_limit = std::size_t{1} << 20U;

/// A shell that runs a command line. It is ended and waited for when this goes.
class Shell {
  public:
    Shell(const std::string& command, const std::string& option) {
        // On a terminal it stays in our group, so that it can prompt there and Ctrl-C reaches all of it.
        group_ = ::isatty(STDERR_FILENO) == 0;
        try {
            child_ =
                start_child({.program = "/bin/sh",
                             .arguments = {"sh", "-c", command},
                             .output = ChildCommand::Stream::pipe,
                             .group = group_ ? ChildCommand::Group::own : ChildCommand::Group::inherited});
        } catch (const Error& error) {
            throw Error(ErrorClass::internal, fmt::format("{} cannot be run: {}", option, error.what()));
        }
    }
    ~Shell() {
        if (child_.id <= 0) return;
        ::kill(group_ ? -child_.id : child_.id, SIGTERM);
        wait();
    }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    [[nodiscard]] const FileDescriptor& output() const { return child_.output; }

    /// The status that it ended with, as waitpid has it.
    int wait() { return wait_for_child(std::exchange(child_.id, 0)); }

  private:
    ChildProcess child_;
    bool group_ = false;  // whether it leads a process group of its own
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
    InputWait output(cancellation);
    std::string text;
    text.reserve(4096);
    std::string buffer(4096, '\0');
    for (;;) {
        output.wait(shell.output().get());
        const std::size_t count = read_some(shell.output(), buffer, "the command's output");
        if (count == 0) break;
        if (text.size() + count > output_limit)
            throw Error(ErrorClass::invalid, fmt::format("{}: its output is too large", option));
        text.append(buffer, 0, count);
    }
    wipe(buffer);
    const int status = shell.wait();
    // Ctrl-C ends the command too: report the interruption, not the command's failure.
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
