#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "core/environment.hpp"
#include "platform/datasets/content.hpp"
#include "platform/events.hpp"
#include "platform/store/tokens.hpp"
#include "transport/transport.hpp"

namespace prevision::platform {

/// How long to wait for remote systems, as a source's Connection has it; 0 is without a limit.
struct WaitLimits {
    std::chrono::milliseconds wait{60'000};        ///< for a lock, and for a short answer
    std::chrono::milliseconds silence{3'600'000};  ///< for the next bytes while a statement works
};

struct Settings {
    std::filesystem::path home;  ///< the folder of the state; created when it is missing
    /// Holds one line of 64 hex digits; only its owner may read it. It is created for the first secret. Without a
    /// path it is `vault.key` in the home.
    std::optional<std::filesystem::path> vault_key_file{};
    const Clock* clock = &system_clock();
    Environment environment;  ///< for sources: proxies, certificates, AWS's variables
    WaitLimits limits;
};

/// What the callers of a served platform may make it use.
struct Confinement {
    std::vector<std::filesystem::path> file_folders{};  ///< the files and sockets below them; else none
    std::vector<std::string> hosts{};                   ///< patterns, see net::HostRules
    bool ambient_credentials = false;                   ///< see sources::Reach
};

/// The caller of a served platform.
struct Caller {
    std::string id;
    std::string name;
    Role role = Role::admin;
    std::string project_id{};  ///< the only project that it may use; empty: all
};

/// A call, from HTTP or from this process.
struct Call {
    std::string method;
    std::string path;   ///< below /ext/v1, percent-encoded, without the query
    std::string query;  ///< what follows the '?', percent-encoded
    std::string body;
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();  ///< never null
    std::string content_type = {};                                                  ///< of the body
    transport::BodySource* upload = nullptr;  ///< gives the body instead of `body`, unless it is null
    /// Nothing for a call from this process, which may do everything.
    std::optional<Caller> caller = std::nullopt;
};

/// What a call may wait for: only the store; large files of this machine too; remote systems too.
enum class Pace { store, file, distant };

/// The answer to a call.
struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<transport::Header> headers;
    std::string body;

    /// When it is set, it writes the body instead of `body`. It may throw an Error: before the first byte, answer
    /// with `failure_answer` (answers.hpp); after it, cut the transfer.
    std::function<void(ByteSink&)> stream;

    bool events = false;  ///< the body is an endless stream of `Platform::events`, each encoded
};

struct State;

/// The platform's API in this program, on the real systems. Safe on any thread.
class Platform {
  public:
    /// Opens the home, or creates it. Error internal when it cannot be read or written, integrity when it is
    /// damaged, invalid when a newer program made it.
    explicit Platform(const Settings& settings);

    /// Cancels the snapshots and exports that still run in this process, and waits for them.
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    /// Turns every failure into an answer with a status and a message, as a remote platform does. Throws only the
    /// cancellation's Error.
    Answer handle(const Call& call);

    /// What the call may wait for; `store` for an unknown call.
    [[nodiscard]] Pace pace_of(const Call& call) const;

    /// The changes in this process.
    EventBus& events();

    /// The tokens that clients of the served platform call it with.
    Tokens& tokens();

    /// Runs `action`; the changes that it makes by `handle` reach the disk together when this returns. Throws what it
    /// throws, and Error internal when the disk fails.
    void write_in_bulk(const std::function<void()>& action);

    /// The number of snapshots and exports that run in this process.
    std::size_t running_jobs();

    /// From now on a requested snapshot, or export of a dataset, is only recorded (`copy_state` pending, `status`
    /// running), and its id passed to `launch`, which starts a process that outlives this one and calls `run_pending`.
    /// That process inherits a descriptor that marks it as alive, and must keep it open. When `launch` throws, the call
    /// for a snapshot fails with that Error and no dataset is left, and an export is failed with it.
    void hand_jobs_to(const std::function<void(const std::string& id)>& launch);

    /// How secrets are sealed.
    struct VaultStatus {
        std::filesystem::path key_file;
        std::string fingerprint;    ///< of the key; empty while there is no secret
        std::uint64_t secrets = 0;  ///< that the store holds
    };

    /// Error invalid when the key is missing or is not the secrets' key.
    VaultStatus vault_status();

    /// Seals every secret with a new key, which replaces the old one. Interrupted anywhere, it loses no secret. Error
    /// conflict when another process does the same.
    void rekey_vault();

    /// Files of the home that a killed process left and that nothing uses.
    std::vector<std::filesystem::path> leftovers();

    /// What the datasets hold, and what that takes on the disk.
    StoredContent stored_content();

    /// From now on connectors may use no more than this. Call it before the first call. Error usage for an invalid
    /// pattern, or a folder that does not exist.
    void confine(const Confinement& confinement);

    /// Takes a snapshot or runs an export that another process handed over, and returns when it is done or failed. Error
    /// not_found when none is pending under the id.
    void run_pending(const std::string& id, Cancellation& cancellation);

    /// For the other parts of the platform.
    State& state();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// A transport to the platform in this process. `platform` must outlive it.
std::unique_ptr<transport::Transport> make_local_transport(Platform& platform);

}  // namespace prevision::platform
