#include "cli/process.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

namespace prevision::cli {

namespace {

/// Global, as signals are: the thread below has no other access to it.
std::atomic<std::int64_t>& grace_seconds() {
    static std::atomic<std::int64_t> seconds{5};
    return seconds;
}

/// Waits for another of the signals, or until the time has passed. Stopping and continuing the process wakes it early (signal(7)).
void wait_for_second(const sigset_t& signals, std::chrono::nanoseconds grace) {
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + grace;
    for (auto left = grace; left.count() > 0; left = deadline - steady_clock::now()) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
        if (::sigtimedwait(&signals, nullptr, &limit) >= 0 || errno != EINTR) return;
    }
}

/// The terminal's modes at the start, which are restored when the process ends in the middle of a question.
class FoundTerminal {
  public:
    FoundTerminal() : is_terminal_(::tcgetattr(STDIN_FILENO, &modes_) == 0) {}

    void restore() const {
        // A process in the background must not change it.
        if (!is_terminal_ || ::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) return;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &modes_);
    }

  private:
    termios modes_{};
    bool is_terminal_;
};

/// Whether the process was started with the signal ignored, as nohup does with SIGHUP.
bool ignores(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Runs on a thread of its own, which lives until the process ends and so shares the cancellation.
void wait_for_signals(sigset_t signals, const std::shared_ptr<Cancellation>& cancellation,
                      const FoundTerminal& terminal) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) return;
    const auto reason = signal == SIGINT ? ErrorClass::interrupted : ErrorClass::terminated;
    cancellation->cancel(reason);
    wait_for_second(signals, std::chrono::seconds(grace_seconds()));
    terminal.restore();
    ::_exit(static_cast<int>(reason));
}

/// The number of a stream that is closed at the start (`>&-`) would be given to the next file that is opened, perhaps a dataset's,
/// which the stream's output would then damage. A read-only /dev/null takes the number instead.
void fill_closed_streams() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        const bool is_closed = ::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF;
        // The lowest free number is this one: those below it are open by now.
        if (is_closed) ::open("/dev/null", O_RDONLY);
    }
}

/// Hides the user name and the password of a URL.
void hide_credentials(char* argument) {
    const std::string_view text = argument;
    const auto mark = text.find("://");
    const auto end = text.rfind('@');
    if (mark == std::string_view::npos || end == std::string_view::npos || end < mark) return;
    std::fill(argument + mark + 3, argument + end, '*');
}

}  // namespace

std::vector<std::string> take_arguments(int argc, char** argv) {
    constexpr std::string_view flag = "--password";
    constexpr std::string_view flag_with_value = "--password=";
    const std::span<char*> all(argv, static_cast<std::size_t>(argc));
    std::vector<std::string> arguments;
    bool is_password = false;
    for (char* argument : all.subspan(all.empty() ? 0 : 1)) {
        const std::string_view text = arguments.emplace_back(argument);
        if (is_password) {
            ::explicit_bzero(argument, text.size());
            is_password = false;
        } else if (text == flag) {
            is_password = true;
        } else if (text.starts_with(flag_with_value)) {
            ::explicit_bzero(argument + flag_with_value.size(), text.size() - flag_with_value.size());
        } else {
            hide_credentials(argument);
        }
    }
    return arguments;
}

void prepare_process(std::shared_ptr<Cancellation> cancellation) {
    fill_closed_streams();
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // so that a write beyond the limit on files fails with an error
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (!ignores(SIGHUP)) sigaddset(&signals, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // A hidden question reads SIGCONT from a descriptor; the process continues although it is blocked.
    sigset_t going_on;
    sigemptyset(&going_on);
    sigaddset(&going_on, SIGCONT);
    ::pthread_sigmask(SIG_BLOCK, &going_on, nullptr);
    std::thread(wait_for_signals, signals, std::move(cancellation), FoundTerminal()).detach();
}

void set_grace(std::chrono::milliseconds grace) {
    grace_seconds() = std::chrono::ceil<std::chrono::seconds>(grace).count();
}

}  // namespace prevision::cli
