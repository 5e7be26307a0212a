#include "support/program.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace prevision::testing {

namespace {

std::string read_all(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    return content.str();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

RunningProgram::RunningProgram(const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment,
                               const std::string& input) {
    std::ofstream(folder_ / "in", std::ios::binary) << input;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const auto open = [&](int descriptor, const char* name, int flags) {
        posix_spawn_file_actions_addopen(&files, descriptor, (folder_ / name).c_str(), flags, 0600);
    };
    open(STDIN_FILENO, "in", O_RDONLY);
    open(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_APPEND);
    open(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_APPEND);
    auto argument_texts = arguments;
    std::vector<std::string> variable_texts;
    for (const auto& [name, value] : environment) variable_texts.push_back(name + "=" + value);
    const int failure = ::posix_spawnp(&process_, arguments.front().c_str(), &files, nullptr,
                                       pointers(argument_texts).data(), pointers(variable_texts).data());
    posix_spawn_file_actions_destroy(&files);
    if (failure != 0) throw std::system_error(failure, std::generic_category(), arguments.front());
}

RunningProgram::~RunningProgram() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void RunningProgram::signal(int number) const { ::kill(process_, number); }

std::string RunningProgram::out() const { return read_all(folder_ / "out"); }

std::string RunningProgram::err() const { return read_all(folder_ / "err"); }

ProgramResult RunningProgram::wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .out = read_all(folder_ / "out"),
            .err = read_all(folder_ / "err")};
}

Prevision::Prevision() = default;

std::string Prevision::program() {
    const char* named = std::getenv("PREVISION_TEST_PROGRAM");  // NOLINT(concurrency-mt-unsafe): as below
    return named != nullptr ? named : PREVISION_PROGRAM;
}

std::map<std::string, std::string> Prevision::environment() const {
    const char* path =
        std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
    return {{"PATH", path != nullptr ? path : "/usr/bin:/bin"}, {"PREVISION_HOME", home().string()}};
}

ProgramResult Prevision::operator()(const std::vector<std::string>& arguments, const std::string& input,
                                    const std::map<std::string, std::string>& added) const {
    auto all = arguments;
    all.insert(all.begin(), program());
    auto variables = added;
    variables.merge(environment());
    return RunningProgram(all, variables, input).wait();
}

std::unique_ptr<RunningProgram> Prevision::start(const std::vector<std::string>& arguments,
                                                 const std::map<std::string, std::string>& added) const {
    auto all = arguments;
    all.insert(all.begin(), program());
    auto variables = added;
    variables.merge(environment());
    return std::make_unique<RunningProgram>(all, variables, "");
}

std::string Prevision::ok(const std::vector<std::string>& arguments, const std::string& input) const {
    const auto result = (*this)(arguments, input);
    if (result.exit_code != 0) {
        std::string line;
        for (const auto& argument : arguments) line += " " + argument;
        throw std::runtime_error("prevision" + line + " ended with " + std::to_string(result.exit_code) +
                                 ": " + result.err);
    }
    return result.out;
}

std::string shell(const std::string& command) {
    const char* path =
        std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
    const auto result =
        RunningProgram({"/bin/sh", "-c", command}, {{"PATH", path != nullptr ? path : ""}}, "").wait();
    if (result.exit_code != 0) throw std::runtime_error(command + ": " + result.err);
    return result.out;
}

}  // namespace prevision::testing
