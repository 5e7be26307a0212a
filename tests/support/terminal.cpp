#include "support/terminal.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <utility>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/error.hpp"

namespace prevision::testing {

namespace {

constexpr int patience = 20'000;  // milliseconds; a loaded machine is slow

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

TerminalProgram::TerminalProgram(const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment,
                                 unsigned short width) {
    auto words = arguments;
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    const auto argument_pointers = pointers(words);
    const auto variable_pointers = pointers(variables);
    const winsize size{.ws_row = 24, .ws_col = width, .ws_xpixel = 0, .ws_ypixel = 0};
    int descriptor = -1;
    process_ = ::forkpty(&descriptor, nullptr, nullptr, &size);
    if (process_ < 0) throw std::runtime_error("cannot make a terminal: " + system_message(errno));
    if (process_ == 0) {
        ::execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
        ::_exit(127);
    }
    terminal_ = FileDescriptor(descriptor);
}

TerminalProgram::~TerminalProgram() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void TerminalProgram::type(std::string_view keys) const { write_all(terminal_, keys, "the terminal"); }

bool TerminalProgram::read_more() {
    pollfd wait{terminal_.get(), POLLIN, 0};
    if (::poll(&wait, 1, patience) == 0) throw std::runtime_error("nothing more came after: " + shown_);
    std::array<char, 4096> buffer{};
    const auto count = ::read(terminal_.get(), buffer.data(), buffer.size());
    if (count <= 0) return false;  // EIO: nobody has the other end open any more
    shown_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

std::string TerminalProgram::read_until(const std::string& text) {
    for (;;) {
        const auto found = shown_.find(text);
        if (found != std::string::npos) {
            auto result = shown_.substr(0, found + text.size());
            shown_.erase(0, found + text.size());
            return result;
        }
        if (!read_more()) throw std::runtime_error("'" + text + "' never came, but: " + shown_);
    }
}

int TerminalProgram::wait() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool TerminalProgram::shows_typing() const {
    termios settings{};
    if (::tcgetattr(terminal_.get(), &settings) != 0)
        throw std::runtime_error("cannot ask the terminal: " + system_message(errno));
    return (settings.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
}

void TerminalProgram::stop() const {
    ::kill(process_, SIGSTOP);
    int status = 0;
    if (::waitpid(process_, &status, WUNTRACED) != process_ || !WIFSTOPPED(status))
        throw std::runtime_error("the program does not stop");
}

void TerminalProgram::show_typing() const {
    termios settings{};
    ::tcgetattr(terminal_.get(), &settings);
    settings.c_lflag |= static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal_.get(), TCSANOW, &settings);
}

void TerminalProgram::go_on() const { ::kill(process_, SIGCONT); }

}  // namespace prevision::testing
