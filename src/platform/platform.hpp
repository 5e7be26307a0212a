#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "core/environment.hpp"
#include "platform/events.hpp"
#include "platform/store/tokens.hpp"
#include "transport/transport.hpp"

namespace prevision::platform {

/// How long to wait for remote systems, as a source's Connection has it; 0 is without a limit.
struct WaitLimits {
    std::chrono::milliseconds wait{60'000};         ///< for a lock, and for a short answer
    std::chrono::milliseconds silence{3'600'000};  ///< for the next bytes while a statement works
};

struct Settings {
    std::filesystem::path home;  ///< where the state lives; made when it is not there
    /// One line of 64 hex digits, readable by its owner alone; made with the first secret that is kept. Else
    /// `vault.key` in the home.
    std::optional<std::filesystem::path> vault_key_file{};
    const Clock* clock = &system_clock();
    Environment environment;  ///< what sources may look into: proxies, certificates, AWS's variables
    WaitLimits limits;
};

/// The caller of a served platform.
struct Caller {
    std::string id;
    std::string name;
    Role role = Role::admin;
};

/// A call, from HTTP or from this process.
struct Call {
    std::string method;
    std::string path;   ///< below /ext/v1, percent-encoded, without the query
    std::string query;  ///< what follows the '?', percent-encoded
    std::string body;
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();  ///< never null
    std::string content_type = {};                                                  ///< of the body
    transport::BodySource* upload = nullptr;  ///< where set, gives the body instead
    std::optional<Caller> caller =
        std::nullopt;  ///< none for a call from this process, which may do everything
};

/// The answer to a call.
struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<transport::Header> headers;
    std::string body;

    /// Where set, writes the body instead, and may throw: before its first byte, `failure_answer`
    /// (answers.hpp) is the answer to give; later the transfer is cut.
    std::function<void(ByteSink&)> stream;

    bool events = false;  ///< the body is `Platform::events`, encoded one by one, without an end
};

/// The platform's API in this program, on the real systems. Safe on any thread.
class Platform {
  public:
    /// Opens the home, and creates it where needed. Error internal (it cannot be read or written), integrity (it is
    /// damaged), invalid (a newer program made it).
    explicit Platform(const Settings& settings);

    /// Cancels the snapshots that still run here, and waits for them.
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    /// Every failure is an answer with a status and a message, as on a remote platform. Throws only the
    /// cancellation's Error.
    Answer handle(const Call& call);

    /// Whether the call can wait for a remote system or for large data, not only for the store.
    [[nodiscard]] bool may_take_long(const Call& call) const;

    /// The changes in this process.
    EventBus& events();

    /// The tokens of those who may call it when it is served.
    Tokens& tokens();

    /// The number of snapshots that run in this process.
    std::size_t running_jobs();

    /// From now on a requested snapshot is only recorded (`copy_state` pending), and its dataset's id passed to
    /// `launch`, which starts a process that outlives this one and calls `take_pending_snapshot`. That process
    /// inherits a descriptor that marks the snapshot as pending, and must keep it open. When `launch` throws, the
    /// call fails with that Error and no dataset is left.
    void hand_snapshots_to(std::function<void(const std::string& dataset_id)> launch);

    /// Takes a pending snapshot; returns when it is done or failed. Error not_found when there is none.
    void take_pending_snapshot(const std::string& dataset_id, Cancellation& cancellation);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The platform in this process behind the seam. `platform` must outlive it.
std::unique_ptr<transport::Transport> make_local_transport(Platform& platform);

}  // namespace prevision::platform
