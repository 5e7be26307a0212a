#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/client.hpp"
#include "cli/global_options.hpp"
#include "core/cancellation.hpp"
#include "core/io.hpp"
#include "render/renderer.hpp"

namespace prevision::platform {
class Platform;
}

namespace prevision::cli {

/// The hidden command that takes a snapshot another process has left to it.
inline constexpr std::string_view snapshot_worker_command = "snapshot-worker";

/// A client with a connection of its own, for another thread.
class Session {
  public:
    virtual ~Session() = default;
    virtual api::Client& client() = 0;
};

/// What a command works with, each part made when it is first asked for.
class Services {
  public:
    Services(Io& io, const GlobalOptions& options, Cancellation& cancellation);
    ~Services();
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    [[nodiscard]] Io& io() { return io_; }
    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] Cancellation& cancellation() { return cancellation_; }
    [[nodiscard]] render::Settings render_settings() const;

    /// The platform that was chosen: see `choose_platform`.
    api::Client& client();

    /// As `client`, for what must be done although the cancellation was raised. Each call gets a few seconds.
    api::Client& tidying_client();

    /// Tidies up after a failure, with that client. When this fails too it is told as a warning, "cannot
    /// WHAT: …": what ended the verb is the caller's to throw.
    void tidy(const std::string& what, const std::function<void(api::Client&)>& action);

    /// Asks a platform for its version with that token. Throws as any call does: auth where it refuses.
    void check_token(const std::string& url, const Secret& token);

    /// The project that was chosen: --project, else PREVISION_PROJECT, else the profile's; else `default` on
    /// the embedded platform, and the only one there is on a remote one.
    const std::string& project_id();

    /// The embedded platform, whichever was chosen: to serve it.
    platform::Platform& embedded_platform();

    /// Of those who may call it where it is served.
    std::vector<std::string> token_names();

    /// Where it keeps its state.
    [[nodiscard]] std::filesystem::path embedded_home() const;

    /// The platform once more, for another thread. What `-v` shows is left out.
    std::unique_ptr<Session> open_session();

    /// Whether the platform is the embedded one.
    bool is_embedded();

    /// The URL of a platform across the network; empty for the embedded one.
    const std::string& platform_url();

    /// Lets the embedded platform's snapshots go on after this process has ended.
    void keep_snapshots_running();

    /// Takes a snapshot that another process has left to this one.
    void take_pending_snapshot(const std::string& dataset_id);

    /// A line for the person who watches, on stderr. Secrets that are remembered are not shown.
    void message(const std::string& text);

    /// Remembers a secret that may be sent to a platform: what that answers may hold it.
    void remember(const Secret& secret);

    /// The text with "***" where a secret is that is remembered.
    [[nodiscard]] std::string hide_secrets(std::string text) const;

  private:
    struct Parts;
    std::unique_ptr<Parts> make_parts();
    void connect();
    std::unique_ptr<transport::Transport> connect_to(const std::string& url, const Secret& token);
    api::ClientSettings client_settings();
    std::string default_project();

    Io& io_;
    const GlobalOptions& options_;
    Cancellation& cancellation_;
    Cancellation never_;
    std::unique_ptr<Parts> parts_;
    std::shared_ptr<platform::Platform> served_;
    std::optional<std::string> project_id_;
    std::vector<Secret> secrets_;
};

}  // namespace prevision::cli
