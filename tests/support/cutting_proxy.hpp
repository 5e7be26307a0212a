#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/file.hpp"

namespace prevision::testing {

/// A TCP proxy on a free port of 127.0.0.1 that breaks connections (RST both ways) after a number of bytes
/// from the server: the first connection after the first number, the next one after the second, …; when these
/// are used up, it breaks none.
class CuttingProxy {
  public:
    enum class Kind {
        plain,     ///< what is counted and cut is a connection to the proxy
        stalling,  ///< as plain, and instead of breaking the connection it passes nothing more on
        ftp,  ///< what is counted and cut is a data connection: the proxy names a port of its own for each
        old_ftp,  ///< as ftp, and the server seems to know no MLSD
    };

    /// `on_cut` is called before each break, on a thread of the proxy's.
    CuttingProxy(int target_port, Kind kind, std::vector<std::uint64_t> cuts,
                 std::function<void()> on_cut = {});
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    [[nodiscard]] int port() const { return port_; }

    /// How many connections it has broken.
    [[nodiscard]] int cuts() const { return cut_; }

  private:
    void accept_clients();
    void add_thread(std::function<void()> work);
    const FileDescriptor& keep(FileDescriptor socket);
    void relay(const FileDescriptor& client, const FileDescriptor& server, std::optional<std::uint64_t> limit,
               bool control);
    void open_data_port(std::string& reply);
    std::optional<std::uint64_t> next_cut();

    int target_port_;
    Kind kind_;
    std::function<void()> on_cut_;
    FileDescriptor listener_;
    int port_ = 0;
    std::atomic<int> cut_{0};
    std::mutex mutex_;
    std::vector<std::uint64_t> cuts_;
    std::size_t next_ = 0;
    bool stopping_ = false;
    std::list<FileDescriptor> sockets_;
    std::vector<std::thread> threads_;
};

}  // namespace prevision::testing
