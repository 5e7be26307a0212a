#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/global_options.hpp"
#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "core/io.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

/// A message as stderr shows it: printable, and broken at blanks where a terminal would break it in a word.
std::string for_people(const std::string& text, const Io& io);

/// A command's streams, the global flags, and messages that never show a secret. With -o json and jsonl stderr holds one
/// JSON object or nothing: warnings and the trace become its members, and other messages are left out. The constructor's
/// arguments must outlive it. One thread at a time, except for `cancellation`.
class Console {
  public:
    Console(Io& io, const GlobalOptions& options, Cancellation& cancellation)
        : io_(io), options_(options), cancellation_(cancellation) {}
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    [[nodiscard]] Io& io() { return io_; }
    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] Cancellation& cancellation() { return cancellation_; }
    [[nodiscard]] render::Settings render_settings() const { return cli::render_settings(options_, io_); }

    /// Writes a line to stderr, except with JSON. Remembered secrets are masked, here and below.
    void message(const std::string& text);

    /// Writes "warning: TEXT"; with JSON keeps it for `warnings`.
    void warn(const std::string& text);

    /// Writes what was done beyond, or other than, what the command is for; with JSON a warning.
    void notice(const std::string& text);

    /// Writes an error that does not end the command; with JSON a warning.
    void report(const Error& error);

    /// Writes what `-v` shows; with JSON keeps it for `traces`.
    void trace(const std::string& text);

    /// Writes a line of a dialogue on the terminal, in every format.
    void say(const std::string& text);

    /// Asks on the terminal, at the end of whose line there is room for a short answer. Returns the line that was typed, or nothing at the end of the input.
    std::optional<std::string> ask(const std::string& prompt);

    /// The same without echo.
    std::optional<Secret> ask_hidden(const std::string& prompt);

    /// Whether a prompt is on the terminal's current line: the command was interrupted there.
    [[nodiscard]] bool is_asking() const { return is_asking_; }

    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    [[nodiscard]] const std::vector<std::string>& traces() const { return traces_; }

    /// Remembers a secret that may be sent to a platform, whose answer may repeat it.
    void remember(const Secret& secret) { secrets_.push_back(secret); }

    /// The text with "***" in place of each remembered secret.
    [[nodiscard]] std::string hide_secrets(std::string text) const;

  protected:
    ~Console() = default;

  private:
    void write_prompt(const std::string& prompt);

    Io& io_;
    const GlobalOptions& options_;
    Cancellation& cancellation_;
    std::vector<Secret> secrets_;
    std::vector<std::string> warnings_;
    std::vector<std::string> traces_;
    bool is_asking_ = false;
};

}  // namespace prevision::cli
