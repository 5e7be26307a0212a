#include "core/io.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/wait.hpp"

namespace prevision {

namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 16U;

class DescriptorOutput final : public Output {
  public:
    explicit DescriptorOutput(int descriptor) : descriptor_(descriptor) {}

    void write(std::string_view text) override {
        if (text.size() >= buffer_size) {
            flush();
            send(text);
            return;
        }
        buffer_ += text;
        if (buffer_.size() >= buffer_size) flush();
    }

    // After a failure nothing is sent twice.
    void flush() override {
        sent_.clear();
        std::swap(sent_, buffer_);
        send(sent_);
    }

  private:
    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0) {
                if (errno == EINTR) continue;
                if (errno == EPIPE) throw OutputClosed{};
                throw Error(ErrorClass::internal, "cannot write the output: " + system_message(errno));
            }
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    int descriptor_;
    std::string buffer_;
    std::string sent_;  // keeps its memory for the next buffer
};

/// Turns the terminal's echo off while it lives.
class HiddenTyping {
  public:
    HiddenTyping() {
        if (::tcgetattr(STDIN_FILENO, &before_) == 0) hide();
    }
    ~HiddenTyping() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    HiddenTyping(const HiddenTyping&) = delete;
    HiddenTyping& operator=(const HiddenTyping&) = delete;

    /// Once more, after a shell has set the terminal for itself.
    void hide() {
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        hidden.c_lflag |= ECHONL;
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 || changed_;
    }

  private:
    termios before_{};
    bool changed_ = false;
};

class StandardInput final : public Input {
  public:
    explicit StandardInput(Cancellation& cancellation)
        : input_(cancellation), continued_(continuation_descriptor()) {}

    std::string read_all(std::size_t limit) override {
        while (fill()) {
            if (buffer_.size() > limit) {
                throw Error(ErrorClass::invalid,
                            fmt::format("cannot read stdin: it holds more than {} bytes", limit));
            }
        }
        return std::exchange(buffer_, {});
    }

    std::optional<std::string> read_line() override {
        auto end = buffer_.find('\n');
        while (end == std::string::npos && fill()) end = buffer_.find('\n');
        if (end == std::string::npos) {
            if (buffer_.empty()) return std::nullopt;
            return std::exchange(buffer_, {});
        }
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
    }

    std::optional<Secret> read_hidden_line(const std::function<void()>& ask) override {
        HiddenTyping hidden;
        ask();
        // After Ctrl-Z and `fg` the terminal is as the shell left it: with echo.
        on_continuation_ = [&] {
            hidden.hide();
            ask();
        };
        const ContinuationEnd end{on_continuation_};
        auto line = read_line();
        if (!line) return std::nullopt;
        Secret secret(*line);
        wipe(*line);
        return secret;
    }

  private:
    /// Forgets what a question has left for a continuation of the process.
    struct ContinuationEnd {
        std::function<void()>& action;
        ~ContinuationEnd() { action = nullptr; }
    };

    /// Readable when the process was stopped and goes on; nothing where SIGCONT is not blocked.
    static FileDescriptor continuation_descriptor() {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGCONT);
        return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    void take_continuation() {
        signalfd_siginfo signal{};
        if (::read(continued_.get(), &signal, sizeof signal) > 0 && on_continuation_) on_continuation_();
    }

    bool fill() {
        while (!input_.wait(STDIN_FILENO, continued_.get())) take_continuation();
        std::string chunk(4096, '\0');
        for (;;) {
            const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
            if (count > 0) buffer_.append(chunk, 0, static_cast<std::size_t>(count));
            if (count >= 0) {
                wipe(chunk);
                return count > 0;
            }
            if (errno != EINTR)
                throw Error(ErrorClass::internal, "cannot read stdin: " + system_message(errno));
        }
    }

    InputWait input_;
    FileDescriptor continued_;
    std::function<void()> on_continuation_;
    std::string buffer_;
};

int terminal_width(const Environment& environment) {
    // A progress bar on stderr has a width also where stdout is a pipe.
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
        winsize size{};
        if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    }
    const auto columns = parse_integer(environment.get("COLUMNS").value_or(""));
    return columns && *columns > 0 && *columns < 10000 ? static_cast<int>(*columns) : 80;
}

}  // namespace

std::unique_ptr<Input> system_input(Cancellation& cancellation) {
    return std::make_unique<StandardInput>(cancellation);
}

std::unique_ptr<Output> system_output(int descriptor) {
    return std::make_unique<DescriptorOutput>(descriptor);
}

Io system_io(Input& in, Output& out, Output& err) {
    Environment environment = system_environment();
    struct stat status {};
    const bool err_is_file = ::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode);
    const int width = terminal_width(environment);
    return Io{.in = in,
              .out = out,
              .err = err,
              .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
              .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
              .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
              .err_is_file = err_is_file,
              .width = width,
              .environment = std::move(environment),
              .clock = system_clock()};
}

}  // namespace prevision
