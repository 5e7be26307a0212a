#pragma once

#include <memory>
#include <string>

#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "core/io.hpp"
#include "platform/platform.hpp"
#include "server/settings.hpp"

namespace prevision::server {

/// The platform behind HTTP/1.1.
class Server {
  public:
    /// Listens from now on; clients are answered once `run` is called. `platform`, `log` and `clock` must outlive it.
    /// `spool_folder`, on a disk with room, takes large uploads while they come. Error usage, conflict or
    /// invalid when it cannot listen as the settings say.
    Server(platform::Platform& platform, const Settings& settings, const std::filesystem::path& spool_folder,
           Output& log, const Clock& clock);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// "http://127.0.0.1:8080", with the actual port.
    [[nodiscard]] std::string url() const;

    /// Answers until the cancellation is raised. Then accepts no more calls, waits up to `drain_time` for running
    /// calls and snapshots, and returns.
    void run(Cancellation& cancellation);

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace prevision::server
