#pragma once

#include <string>
#include <vector>

#include "cli/global_options.hpp"
#include "core/cancellation.hpp"
#include "core/io.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

/// The person's side of a command: its streams, the global flags, and messages that never show a secret.
/// What it is made of must outlive it. One thread at a time, but for `cancellation`.
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

    /// Writes a line to stderr. Remembered secrets are masked.
    void message(const std::string& text);

    /// Remembers a secret that may be sent to a platform, whose answer may repeat it.
    void remember(const Secret& secret) { secrets_.push_back(secret); }

    /// The text with "***" in place of each remembered secret.
    [[nodiscard]] std::string hide_secrets(std::string text) const;

  protected:
    ~Console() = default;

  private:
    Io& io_;
    const GlobalOptions& options_;
    Cancellation& cancellation_;
    std::vector<Secret> secrets_;
};

}  // namespace prevision::cli
