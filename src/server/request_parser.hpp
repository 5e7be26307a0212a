#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/spool.hpp"
#include "server/wiped.hpp"

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
    WipedText authorization;
    std::string content_type;
};

/// Thrown for a request that is answered with this status; the connection is closed after it.
struct BadRequest {
    int status = 400;
    std::string message;
};

/// Takes one request apart, with Beast's parser, as its bytes arrive. How they are split makes no difference. What it
/// takes off the front of the bytes is wiped there.
class RequestParser {
  public:
    /// `header_bytes` is the largest head.
    explicit RequestParser(std::size_t header_bytes);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes the head; nothing while it is incomplete. Throws BadRequest (400, 431).
    std::optional<RequestHead> take_head(std::string& bytes);

    /// After the head: moves what there is of the body, of at most `limit` bytes, to the spool. Returns whether the body
    /// is complete; then the bytes begin with the next request. Throws BadRequest (400, 413) and Spool's errors.
    bool take_body(std::string& bytes, Spool& spool, std::uint64_t limit);

  private:
    struct Parser;

    [[nodiscard]] RequestHead checked_head() const;

    std::size_t header_bytes_;
    std::string head_text_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace prevision::server
