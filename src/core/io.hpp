#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"
#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "core/environment.hpp"
#include "core/secret.hpp"

namespace prevision {

/// Thrown by an Output whose reader has gone (`| head`): the program ends quietly.
struct OutputClosed {};

/// Where bytes go: stdout, stderr, or memory in a test. `write` and `flush` throw Error internal when it cannot
/// be written (full disk), and OutputClosed when the reader has gone.
class Output : public ByteSink {
  public:
    virtual void flush() = 0;
};

/// Where text comes from: stdin, or memory in a test.
class Input {
  public:
    virtual ~Input() = default;

    /// All that is left, of at most `limit` bytes; Error invalid when there is more.
    virtual std::string read_all(std::size_t limit) = 0;

    /// The next line without its end; nothing at the end of the input.
    virtual std::optional<std::string> read_line() = 0;

    /// The next line, not shown as it is typed; `ask` is called when the terminal's echo is off. Afterwards the
    /// terminal is as it was, also after an interruption.
    virtual std::optional<Secret> read_hidden_line(const std::function<void()>& ask) = 0;
};

/// Everything outside of the program that a command touches directly. Owned by `main` or by a test.
struct Io {
    Input& in;
    Output& out;
    Output& err;
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool err_is_file = false;  ///< what is written there stays, where others may read it
    int width = 80;            ///< of the terminal, in cells
    Environment environment;
    const Clock& clock;
};

/// The process's own streams. Output is buffered: flush before the end, and before waiting. A wait for input
/// ends with the cancellation's Error when it is raised.
std::unique_ptr<Input> system_input(Cancellation& cancellation);
std::unique_ptr<Output> system_output(int descriptor);
Io system_io(Input& in, Output& out, Output& err);

}  // namespace prevision
