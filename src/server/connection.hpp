#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

namespace prevision::server {

namespace asio = boost::asio;

/// The latest time for an operation to complete.
using Deadline = std::chrono::steady_clock::time_point;

/// Thrown when nothing more can be read from or written to the client in time.
struct ConnectionLost {};

/// The deadline has passed.
struct TooSlow : ConnectionLost {};

/// The client has closed the connection.
struct ClientGone : ConnectionLost {};

/// A client's connection, with TLS or without. One reader and one writer at a time, all on its executor. Must
/// be owned by a shared_ptr.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// `tls` is null for plain HTTP; it must outlive the connection.
    Connection(asio::ip::tcp::socket socket, asio::ssl::context* tls);

    /// Does the TLS handshake; nothing without TLS. Throws TooSlow, ClientGone.
    asio::awaitable<void> handshake(Deadline deadline);

    /// Reads the bytes that have arrived, or waits for some; 0 when the client has closed its side. Throws
    /// TooSlow (the connection can still be written to) and ClientGone.
    asio::awaitable<std::size_t> read_some(std::span<char> buffer, Deadline deadline);

    /// Writes all of it. Throws TooSlow, ClientGone.
    asio::awaitable<void> write(std::string_view bytes, Deadline deadline);

    /// Closes so that the client gets all that was written: closes the sending side first, and drops what the
    /// client still sends, for up to two seconds.
    asio::awaitable<void> finish();

    /// Ends a pending read, which throws ClientGone. Call it only while nothing is being written.
    void cancel_reading();

    /// Closes at once: pending operations throw ClientGone.
    void close();

    [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }
    [[nodiscard]] const std::string& peer() const { return peer_; }

  private:
    struct Alarm {
        asio::steady_timer timer;
        bool rung = false;
    };
    void arm(Alarm& alarm, Deadline deadline);
    static void disarm(Alarm& alarm);

    asio::ip::tcp::socket socket_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
    Alarm reading_;
    Alarm writing_;
    std::string peer_;
};

}  // namespace prevision::server
