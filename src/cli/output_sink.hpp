#pragma once

#include <string>
#include <string_view>

#include "core/io.hpp"
#include "render/renderer.hpp"
#include "transport/transport.hpp"

namespace prevision::cli {

/// Writes an answer's body to stdout: byte for byte, but to a terminal each line as `printable`.
class OutputSink final : public ByteSink {
  public:
    explicit OutputSink(Io& io) : out_(io.out), terminal_(io.out_is_terminal) {}

    void write(std::string_view chunk) override {
        if (!terminal_) {
            out_.write(chunk);
            return;
        }
        for (const char c : chunk) {
            if (c == '\n' || line_.size() >= longest_line) show_line(c == '\n' ? "\n" : "");
            if (c != '\n') line_ += c;
        }
    }

    /// Writes a last line that has no line end.
    void finish() { show_line(""); }

  private:
    static constexpr std::size_t longest_line = std::size_t{1} << 16U;

    void show_line(std::string_view end) {
        if (line_.ends_with('\r') && !end.empty()) line_.pop_back();
        out_.write(render::printable(line_));
        out_.write(end);
        line_.clear();
    }

    Output& out_;
    bool terminal_;
    std::string line_;
};

}  // namespace prevision::cli
