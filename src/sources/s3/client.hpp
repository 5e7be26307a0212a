#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "net/curl.hpp"
#include "sources/file_writer.hpp"
#include "sources/s3/endpoint.hpp"
#include "sources/s3/failure.hpp"

namespace prevision::sources::s3 {

/// Bytes of an object, from the first to the last one asked for.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// A request to an object, a bucket or the service.
struct Request {
    std::string purpose;  ///< for messages: "cannot list the bucket 'b'"
    std::string bucket;
    std::string key = {};
    Query query = {};
    std::optional<ByteRange> range = {};
    std::string if_match = {};  ///< the ETag that the object must still have
};

/// The head of an answer.
struct Head {
    int status = 0;
    std::string etag;
    std::string modified;                      ///< RFC 3339, or empty
    std::optional<std::uint64_t> length;       ///< of this body
    std::optional<std::uint64_t> range_first;  ///< Content-Range: the first byte of the part
    std::optional<std::uint64_t> object_size;  ///< Content-Range: the whole object's size
};

/// How far a connection to the service came, and how long each step took.
struct Contact {
    CURLcode code = CURLE_OK;
    std::string reason;  ///< why it failed
    std::string hint;
    std::string address;  ///< that answered: "127.0.0.1:9000"
    bool resolved = false;
    bool connected = false;
    bool encrypted = false;
    std::chrono::microseconds resolve_time{0};
    std::chrono::microseconds connect_time{0};
    std::chrono::microseconds tls_time{0};
};

/// A time limit that begins when it is made; a limit of 0 never ends.
class Patience {
  public:
    explicit Patience(std::chrono::milliseconds limit) : limit_(limit) {}

    [[nodiscard]] bool has_ended() const {
        return limit_.count() > 0 && std::chrono::steady_clock::now() - begin_ >= limit_;
    }

  private:
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Signed requests over one kept connection. One thread at a time.
class Client {
  public:
    /// `cancellation` must outlive it. Does not touch the network.
    Client(Endpoint endpoint, Cancellation& cancellation);

    /// Makes one request, and further ones when the service names another region or redirects. The body of an answer with
    /// status 200 or 206 goes to `take` as it arrives. Throws Failure for every other answer, what `take`
    /// throws, and the cancellation's Error.
    Head get(const Request& request,
             const std::function<void(const Head& head, std::string_view bytes)>& take);

    /// Writes an object whole. Retried where that may help.
    void put(const Request& request, const OutgoingFile& file);

    /// A whole document. Retried where that may help.
    std::string get_document(const Request& request);

    /// Opens a connection, without a request.
    Contact contact();

    /// The endpoint, with the region that the service named.
    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

  private:
    struct Exchange;
    Head exchange(const std::string& url, const Request& request,
                  const std::function<void(const Head&, std::string_view)>& take, const OutgoingFile* upload);
    Head follow(const Request& request, const std::function<void(const Head&, std::string_view)>& take,
                const OutgoingFile* upload = nullptr);
    template <typename Action>
    auto with_retries(const Action& action);
    void check(const Patience& patience, const Request& request) const;
    void set_connection(const std::string& url);
    void set_request(const Request& request);
    [[nodiscard]] std::string hint_of(CURLcode code) const;

    Endpoint endpoint_;
    Cancellation& cancellation_;
    net::CurlHandle handle_;
};

/// Waits before the next try of a request that failed `failures` times in a row, as long as the service asks for. Returns false
/// without waiting when another try cannot help, or when there were too many.
bool wait_before_retry(const Failure& failure, int failures, Cancellation& cancellation);

}  // namespace prevision::sources::s3
