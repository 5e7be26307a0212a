#include "support/command.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.hpp"
#include "support/server_process.hpp"

namespace prevision::testing {

namespace {

FileDescriptor memory_file() { return FileDescriptor(::memfd_create("command", MFD_CLOEXEC)); }

std::string content(const FileDescriptor& file) {
    ::lseek(file.get(), 0, SEEK_SET);
    std::string text;
    std::string buffer(1 << 16, '\0');
    while (const auto count = read_some(file, buffer, "command")) text.append(buffer, 0, count);
    return text;
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& arguments, const std::string& input,
                          const std::vector<std::string>& environment) {
    const auto program = find_program(arguments.at(0));
    auto words = arguments;
    auto variables = environment;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    const auto word_pointers = pointers_to(words);
    const auto variable_pointers = pointers_to(variables);

    // Files in memory: no pipe can fill up, whoever writes first.
    const std::array<FileDescriptor, 3> files{memory_file(), memory_file(), memory_file()};
    write_all(files[0], input, "command");
    ::lseek(files[0].get(), 0, SEEK_SET);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (int number = 0; number < 3; ++number) {
        ::posix_spawn_file_actions_adddup2(&actions, files.at(static_cast<std::size_t>(number)).get(),
                                           number);
    }
    pid_t child = -1;
    const int failure = ::posix_spawn(&child, program.c_str(), &actions, nullptr, word_pointers.data(),
                                      variable_pointers.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::system_error(failure, std::generic_category(), arguments.at(0));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .output = content(files[1]),
            .errors = content(files[2])};
}

}  // namespace prevision::testing
