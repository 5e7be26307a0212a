#include "cli/secret_options.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

Secret without_last_newline(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    Secret secret(text);
    wipe(text);
    return secret;
}

/// Runs a command line in a shell and gives what it writes to stdout. The secret is never in an argument.
class ShellCommand {
  public:
    explicit ShellCommand(const std::string& command) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno);
        output_ = FileDescriptor(ends[0]);
        const FileDescriptor input(ends[1]);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input.get(), STDOUT_FILENO);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        std::string shell = "sh";
        std::string flag = "-c";
        std::string line = command;
        const std::array<char*, 4> arguments{shell.data(), flag.data(), line.data(), nullptr};
        const int failure =
            ::posix_spawn(&process_, "/bin/sh", &files, &attributes, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
        if (failure != 0) fail(failure);
    }

    Secret read() {
        std::string text;
        std::string buffer(4096, '\0');
        while (const std::size_t count = read_some(output_, buffer, "the command's output")) {
            if (text.size() + count > secret_limit)
                throw Error(ErrorClass::invalid, "--password-command: its output is too large");
            text.append(buffer, 0, count);
        }
        wipe(buffer);
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            wipe(text);
            throw Error(ErrorClass::invalid,
                        WIFEXITED(status)
                            ? fmt::format("--password-command failed: exit code {}", WEXITSTATUS(status))
                            : fmt::format("--password-command failed: signal {}", WTERMSIG(status)),
                        "run the command by itself to see why");
        }
        return without_last_newline(std::move(text));
    }

  private:
    [[noreturn]] static void fail(int error_number) {
        throw Error(ErrorClass::internal,
                    "--password-command cannot be run: " + system_message(error_number));
    }

    FileDescriptor output_;
    pid_t process_ = 0;
};

}  // namespace

void add_secret_options(Command& command, SecretOptions& options) {
    command.flag("--password-stdin", options.from_stdin, "Read the password from stdin");
    command.option("--password-file", options.file, "Read the password from a file", {.value = "FILE"});
    command.option("--password-env", options.variable, "Take the password from an environment variable",
                   {.value = "VAR"});
    command.option("--password-command", options.command, "Take what a command prints as the password",
                   {.value = "CMD"});
    command.option("--password", options.value,
                   "The password itself: others may see it, so prefer one of the above", {.value = "VALUE"});
}

std::optional<Secret> read_secret(const SecretOptions& options, Services& services) {
    const int sources = static_cast<int>(options.from_stdin) + static_cast<int>(options.file.has_value()) +
                        static_cast<int>(options.variable.has_value()) +
                        static_cast<int>(options.command.has_value()) +
                        static_cast<int>(options.value.has_value());
    if (sources > 1)
        throw Error(ErrorClass::usage, "the password is given more than once", "name one source for it");
    if (options.from_stdin) return without_last_newline(services.io().in.read_all(secret_limit));
    if (options.file) return without_last_newline(read_file(*options.file, secret_limit));
    if (options.variable) {
        auto value = services.io().environment.get_raw(*options.variable);
        if (!value)
            throw Error(ErrorClass::not_found,
                        fmt::format("--password-env: {} is not set", *options.variable));
        return Secret(std::move(*value));
    }
    if (options.command) return ShellCommand(*options.command).read();
    if (options.value) {
        services.message(
            "warning: a password on the command line can be seen by others; use --password-stdin, "
            "--password-file, "
            "--password-env or --password-command");
        return Secret(*options.value);
    }
    return std::nullopt;
}

Secret prompt_for_secret(const std::string& question, Services& services) {
    auto& io = services.io();
    io.err.write(render::printable(question) + ": ");
    io.err.flush();
    auto secret = io.in.read_hidden_line();
    if (!secret)
        throw Error(ErrorClass::usage, "no password was typed",
                    "give it with --password-stdin or --password-file");
    return std::move(*secret);
}

}  // namespace prevision::cli
