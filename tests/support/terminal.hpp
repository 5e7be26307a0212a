#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "core/file.hpp"

namespace prevision::testing {

/// A program whose stdin, stdout and stderr are a pseudo-terminal of its own. Killed, if it still runs, when
/// this goes.
class TerminalProgram {
  public:
    /// `arguments` begin with the program's path. The environment is exactly `environment`.
    TerminalProgram(const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment, unsigned short width = 80);
    ~TerminalProgram();
    TerminalProgram(const TerminalProgram&) = delete;
    TerminalProgram& operator=(const TerminalProgram&) = delete;

    /// As if the keys were pressed; "\x03" is Ctrl-C.
    void type(std::string_view keys) const;

    /// Waits until the terminal shows the text, and gives all that it has shown since the last call, up to
    /// and with the text. Throws with what it showed instead when that takes too long or the program ends.
    std::string read_until(const std::string& text);

    /// Waits for the end; gives the exit code (128 + the signal where a signal ended it) and adds what is
    /// left to be read to `rest`.
    int wait();

    /// What was shown and not yet given by `read_until`.
    [[nodiscard]] const std::string& rest() const { return shown_; }

    /// Whether what is typed shows.
    [[nodiscard]] bool shows_typing() const;

    /// Stops the program, and waits until it stands; lets what is typed show; lets the program go on.
    void stop() const;
    void show_typing() const;
    void go_on() const;

  private:
    bool read_more();

    FileDescriptor terminal_;
    pid_t process_ = -1;
    std::string shown_;
};

}  // namespace prevision::testing
