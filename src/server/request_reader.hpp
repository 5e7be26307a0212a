#pragma once

#include "server/connection.hpp"
#include "server/request_parser.hpp"
#include "server/settings.hpp"

namespace prevision::server {

/// Reads the requests of a connection one after the other.
class RequestReader {
  public:
    RequestReader(Connection& connection, const Limits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// The next request's head; nothing when the client closes, or sends nothing for too long. Throws
    /// BadRequest (400, 408, 431), ClientGone.
    asio::awaitable<std::optional<RequestHead>> read_head();

    /// The body of the request whose head was read, of at most `limit` bytes. Throws BadRequest (400, 408,
    /// 413), ClientGone, and Spool's errors.
    asio::awaitable<void> read_body(Spool& spool, std::uint64_t limit);

    /// Keeps what the client sends before it is asked for, up to 64 KiB; returns false when it closes first. Throws
    /// ClientGone.
    asio::awaitable<bool> read_ahead();

  private:
    /// Appends what arrives to `buffer_`; returns its size, 0 at the end, nothing when the deadline has passed.
    asio::awaitable<std::optional<std::size_t>> receive(std::span<char> chunk, Deadline deadline);

    Connection& connection_;
    const Limits& limits_;
    std::string buffer_;  ///< received and not yet parsed
    std::unique_ptr<RequestParser> parser_;
    bool first_ = true;
};

}  // namespace prevision::server
