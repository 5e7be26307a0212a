#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/file.hpp"

namespace prevision::testing {

/// What a script of a RawServer does with one client. It is closed when the script returns.
class RawConnection {
  public:
    RawConnection(int socket, int number) : socket_(socket), number_(number) {}

    /// 0 for the server's first client, 1 for the second, …
    [[nodiscard]] int number() const { return number_; }

    /// All up to and with `end`; what there was when the client closed before.
    std::string read_until(std::string_view end);

    /// The head of an HTTP request, with its empty line.
    std::string read_head() { return read_until("\r\n\r\n"); }

    /// The same, with as many bytes of body as its Content-Length says read and dropped: to close with the
    /// body unread is to reset, and a reset may take with it the answer that was sent before.
    std::string read_request();

    /// Exactly that many bytes, fewer when the client closed before.
    std::string read(std::size_t count);

    /// False when the client has gone.
    bool send(std::string_view bytes);

    /// Reads and drops until the client closes, or the server ends.
    void wait_until_closed();

    /// Lets the connection end by RST instead of FIN.
    void reset_at_end();

  private:
    bool fill();

    int socket_;
    int number_;
    std::string buffer_;
};

/// A TCP server on a free port of 127.0.0.1 that sends what its script says, byte by byte, and closes or
/// stalls when that says so: for answers that no decent server gives. Each client has a thread.
class RawServer {
  public:
    using Script = std::function<void(RawConnection&)>;

    explicit RawServer(Script script);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// How many clients came so far.
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void accept_clients();
    void serve(int number, const FileDescriptor& socket);

    Script script_;
    FileDescriptor listener_;
    int port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    bool stopping_ = false;
    std::list<FileDescriptor> sockets_;
    std::vector<std::thread> clients_;
    std::thread acceptor_;
};

/// A port of 127.0.0.1 that nobody else gets and that refuses.
class ClosedPort {
  public:
    ClosedPort();
    [[nodiscard]] int port() const { return port_; }

  private:
    FileDescriptor socket_;
    int port_ = 0;
};

/// A port of 127.0.0.1 that answers no attempt to connect, as behind a firewall that drops.
class SilentPort {
  public:
    SilentPort();
    [[nodiscard]] int port() const { return port_; }

  private:
    FileDescriptor listener_;
    std::vector<FileDescriptor> fillers_;
    int port_ = 0;
};

}  // namespace prevision::testing
