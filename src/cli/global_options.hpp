#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command/command.hpp"
#include "core/io.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

/// The flags that every command takes, before and after the verb.
struct GlobalOptions {
    std::string url;
    std::string profile;
    std::string project;
    std::string output = "table";
    bool quiet = false;
    std::string color = "auto";
    std::optional<std::string> timeout;  ///< 60 seconds without one
    int retries = 4;
    bool verbose = false;
    bool no_input = false;
    std::string jq;
    std::optional<std::string> log;  ///< the form of the log that `serve` writes on stderr

    [[nodiscard]] render::Format format() const;
    [[nodiscard]] std::chrono::milliseconds time_limit() const;

    /// How long a remote system may be silent while a statement works: for as long as --timeout says, and without
    /// one for an hour, because a query may take long before its first row.
    [[nodiscard]] std::chrono::milliseconds silence_limit() const;

    /// Whether errors are JSON too: with `-o json`, `-o jsonl` and `--log json`.
    [[nodiscard]] bool json_errors() const;
};

/// Error usage for values that no command takes, and for flags that contradict each other.
void check_global_options(const GlobalOptions& options);

void add_global_options(Command& root, GlobalOptions& options);

/// How to show results on these streams.
render::Settings render_settings(const GlobalOptions& options, const Io& io);

/// Whether a question may be asked: on a terminal, not in CI, not with --no-input.
bool may_prompt(const GlobalOptions& options, const Io& io);

/// A duration such as "90", "1.5", "500ms", "30s" or "2m". Error usage, naming the flag, for any other text.
std::chrono::milliseconds parse_duration(std::string_view flag, const std::string& text);

}  // namespace prevision::cli
