#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancellation.hpp"
#include "core/io.hpp"

namespace prevision::platform {
class Platform;
}

namespace prevision::cli {

/// The hidden command that takes a snapshot or runs an export which another process has handed over.
inline constexpr std::string_view worker_command = "worker";

/// Opens the embedded platform of this machine. Throws as its constructor does. `wait_limit` is for locks and short
/// statements of remote systems, `silence_limit` for statements that work.
std::unique_ptr<platform::Platform> open_embedded(
    const Environment& environment, std::chrono::milliseconds wait_limit = std::chrono::minutes(1),
    std::chrono::milliseconds silence_limit = std::chrono::hours(1));

/// Lets the platform's snapshots and exports continue after this process has ended, each in its own process.
void keep_jobs_running(platform::Platform& platform);

/// The embedded platform, also when another platform was chosen: to serve it, and to manage its tokens.
class Embedded {
  public:
    explicit Embedded(const Environment& environment);
    ~Embedded();
    Embedded(const Embedded&) = delete;
    Embedded& operator=(const Embedded&) = delete;

    /// Opened by the first call.
    platform::Platform& platform();

    /// The names of the tokens that are not revoked.
    std::vector<std::string> token_names();

    /// The files that killed processes left in it.
    std::vector<std::filesystem::path> leftovers();

    /// What its datasets hold, as people read it, and the names of those whose file is lost.
    struct Content {
        std::string summary;
        std::vector<std::string> lost;
    };
    Content content();

    /// The folder that holds its state.
    [[nodiscard]] std::filesystem::path home() const;

    /// See Platform::run_pending.
    void run_pending(const std::string& id, Cancellation& cancellation);

  private:
    const Environment& environment_;
    std::unique_ptr<platform::Platform> platform_;
};

}  // namespace prevision::cli
