#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/io.hpp"
#include "core/text.hpp"

namespace prevision::testing {

class MemoryOutput final : public Output {
  public:
    void write(std::string_view bytes) override { text += bytes; }
    void flush() override {}

    std::string text;
};

class MemoryInput final : public Input {
  public:
    std::string read_all(std::size_t /*limit*/) override { return std::exchange(text, {}); }

    std::optional<std::string> read_line() override {
        if (text.empty()) return std::nullopt;
        const auto end = text.find('\n');
        std::string line = text.substr(0, end);
        text.erase(0, end == std::string::npos ? end : end + 1);
        return line;
    }

    std::optional<Secret> read_hidden_line(const std::function<void()>& ask) override {
        ask();
        auto line = read_line();
        if (!line) return std::nullopt;
        return Secret(*line);
    }

    std::string text;
};

/// The in-memory twin of the process's streams.
struct MemoryIo {
    MemoryInput in;
    MemoryOutput out;
    MemoryOutput err;

    Io io(std::map<std::string, std::string> environment = {}) {
        return Io{.in = in,
                  .out = out,
                  .err = err,
                  .environment = Environment(std::move(environment)),
                  .clock = system_clock()};
    }
};

}  // namespace prevision::testing
