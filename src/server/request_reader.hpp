#pragma once

#include "server/connection.hpp"
#include "server/settings.hpp"
#include "server/spool.hpp"

namespace prevision::server {

/// A request's line and header fields.
struct RequestHead {
    std::string method;
    std::string path;   ///< without the query, as it came
    std::string query;  ///< after the '?'
    bool http_1_0 = false;
    bool keep_alive = true;
    bool has_body = false;
    bool expects_continue = false;  ///< the client waits for "100 Continue" before it sends the body
    std::string authorization;
    std::string content_type;
};

/// Thrown for a request that is answered with this status; the connection is closed after it.
struct BadRequest {
    int status = 400;
    std::string message;
};

/// Reads the requests of a connection one after the other, with Beast's parser.
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
    struct Parser;

    /// Appends what arrives to `buffer_`; returns its size, 0 at the end, nothing when the deadline has passed.
    asio::awaitable<std::optional<std::size_t>> receive(std::span<char> chunk, Deadline deadline);

    Connection& connection_;
    const Limits& limits_;
    std::string buffer_;  ///< received and not yet parsed
    std::unique_ptr<Parser> parser_;
    bool first_ = true;
};

}  // namespace prevision::server
