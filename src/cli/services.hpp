#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/client.hpp"
#include "cli/console.hpp"
#include "cli/embedded.hpp"

namespace prevision::cli {

/// Makes the connection to a platform across the network.
using Connect =
    std::function<std::unique_ptr<transport::Transport>(const std::string& url, const Secret& token)>;

/// A connection to the chosen platform, with a client. One thread at a time.
struct Connection {
    Connection();
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::unique_ptr<platform::Platform> embedded;  ///< null where the platform is remote
    std::unique_ptr<transport::Transport> transport;
    std::string url;      ///< of a remote platform
    std::string project;  ///< the profile's; may be empty
    std::unique_ptr<api::Client> client;
};

/// What a command works with: the console, the chosen platform (connected by the first call that needs it),
/// and the embedded one. One thread at a time.
class Services final : public Console {
  public:
    /// `connect` replaces the connection over HTTP, for tests; it may be empty.
    Services(Io& io, const GlobalOptions& options, Cancellation& cancellation, Connect connect = {});
    ~Services();

    /// The chosen platform: see `choose_platform`.
    api::Client& client();

    /// Calls `action` with a client that works after the cancellation was raised; each call gets a few
    /// seconds. Throws what the action throws.
    void while_ending(const std::function<void(api::Client&)>& action);

    /// The same, to tidy up after a failure. When that fails too, the message is a warning, "cannot WHAT: ...":
    /// the caller throws what ended the verb.
    void tidy(const std::string& what, const std::function<void(api::Client&)>& action);

    /// A second connection to the platform, for another thread. It writes no trace.
    std::unique_ptr<Connection> connect_again();

    /// Asks a platform for its version with that token. Throws as any call does: auth where it refuses.
    void check_token(const std::string& url, const Secret& token);

    /// The project that was chosen: --project, else PREVISION_PROJECT, else the profile's; else `default` on
    /// the embedded platform, and the only one there is on a remote one.
    const std::string& project_id();

    /// Whether the platform is the embedded one.
    bool is_embedded();

    /// The URL of a platform across the network; empty for the embedded one.
    const std::string& platform_url();

    /// Runs `action`, which changes many objects. On the embedded platform the changes reach the disk together at its end.
    void write_in_bulk(const std::function<void()>& action);

    /// Lets the embedded platform's snapshots and exports go on after this process has ended.
    void keep_jobs_running();

    [[nodiscard]] Embedded& embedded() { return embedded_; }

  private:
    Connection& connection();
    std::unique_ptr<Connection> open_connection();
    std::unique_ptr<transport::Transport> connect_to(const std::string& url, const Secret& token);
    api::ClientSettings client_settings(bool is_embedded);
    std::string default_project();

    Connect connect_;
    Cancellation never_;
    std::unique_ptr<Connection> connection_;
    Embedded embedded_;
    std::optional<std::string> project_id_;
};

}  // namespace prevision::cli
