#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_sink.hpp"
#include "core/cancellation.hpp"
#include "core/error.hpp"

namespace prevision::transport {

struct Header {
    std::string name;
    std::string value;
};

/// The value of the header of that name (case does not matter), or nothing.
std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name);

/// A body to send.
class BodySource {
  public:
    virtual ~BodySource() = default;

    /// Fills the buffer from its start; 0 at the end.
    virtual std::size_t read(std::span<char> buffer) = 0;

    /// The number of bytes, when it is known.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;

    /// Starts again at the first byte, for a request that is sent again.
    virtual void rewind() = 0;
};

/// One call of the platform's API. Its pointers must stay valid until the call ends.
struct Request {
    std::string method;  ///< "GET", "POST", "PATCH", "DELETE"
    std::string path;    ///< below /ext/v1, percent-encoded, with the query: "/projects?page=1"
    std::vector<Header> headers;
    std::string body;              ///< sent as it is, unless `upload` is set
    BodySource* upload = nullptr;  ///< a body too large to hold
    ByteSink* sink = nullptr;      ///< takes the body of a 2xx answer; else it is held in Response::body
    /// For the whole call; with a sink, until the answer begins. 0 is no limit.
    std::chrono::milliseconds timeout{0};
    Cancellation* cancellation = nullptr;  ///< when raised, the call ends with its Error
};

struct Response {
    int status = 0;
    std::vector<Header> headers;
    std::string body;  ///< empty where the request's sink took it
};

/// Whether the platform's clients count the status as success: 200 to 210, and 226.
bool is_success(int status);

/// There was no answer: name not resolved, refused, cut, timed out. Its class is unreachable.
class TransportError : public Error {
  public:
    TransportError(const std::string& message, std::string hint, bool may_have_arrived)
        : Error(ErrorClass::unreachable, message, std::move(hint)), may_have_arrived_(may_have_arrived) {}

    /// False only when it is certain that the platform never saw the request: then any request can be
    /// repeated.
    [[nodiscard]] bool may_have_arrived() const { return may_have_arrived_; }

  private:
    bool may_have_arrived_;
};

/// Several calls at the same time. Destruction cancels those that run. Only for the transport's thread.
class Calls {
  public:
    virtual ~Calls() = default;

    /// Starts a call. Its answer is held in memory, so it has neither a sink nor an upload. `number` identifies it to the
    /// caller.
    virtual void start(std::int64_t number, const Request& request) = 0;

    struct Ended {
        std::int64_t number = 0;
        Response response;
        std::optional<TransportError> failure;  ///< instead of a response
    };

    /// Waits until a call has ended, or for `limit`: then nothing. Throws what Transport::send throws besides
    /// TransportError, and cannot be used after that.
    virtual std::optional<Ended> wait(std::chrono::milliseconds limit) = 0;
};

/// A platform to call, over the network or in this process.
class Transport {
  public:
    virtual ~Transport() = default;

    /// Makes one call, once: no retry, no redirect to another host. Every answer of the platform, 404 and 500
    /// included, is a Response. Throws TransportError when there was none, what the sink or the upload threw,
    /// or the cancellation's Error. One thread at a time.
    virtual Response send(const Request& request) = 0;

    /// Makes several calls at the same time; by default one after another, each when it is waited for. The transport must
    /// outlive the result.
    virtual std::unique_ptr<Calls> begin_calls();

    /// For messages: the platform's URL, or "the embedded platform".
    [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace prevision::transport
