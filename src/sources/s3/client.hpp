#pragma once

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

namespace prevision::sources {

/// Bytes of an object, from the first to the last one asked for.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// A call of an object, a bucket or the service.
struct S3Request {
    std::string purpose;  ///< for messages: "cannot list the bucket 'b'"
    std::string bucket;
    std::string key = {};
    S3Query query = {};
    std::optional<ByteRange> range = {};
    std::string if_match = {};  ///< the ETag that the object must still have
};

/// The head of an answer.
struct S3Head {
    int status = 0;
    std::string etag;
    std::string modified;                      ///< RFC 3339, or empty
    std::optional<std::uint64_t> length;       ///< of this body
    std::optional<std::uint64_t> range_first;  ///< where a part begins
    std::optional<std::uint64_t> object_size;  ///< as a part says it
};

/// How far the way to the service led, and how long each step took.
struct S3Contact {
    CURLcode code = CURLE_OK;
    std::string reason;  ///< why it ended early
    std::string hint;
    std::string address;  ///< the one that answered: "127.0.0.1:9000"
    bool resolved = false;
    bool connected = false;
    bool encrypted = false;
    std::chrono::microseconds resolve_time{0};
    std::chrono::microseconds connect_time{0};
    std::chrono::microseconds tls_time{0};
};

/// Signed requests over one kept connection. One thread at a time.
class S3Client {
  public:
    /// `cancellation` must outlive it. Does not touch the network.
    S3Client(S3Endpoint endpoint, Cancellation& cancellation);

    /// One request, and a second one when the service names another region. What comes with status 200 or 206
    /// goes to `take` as it arrives. Throws S3Failure (else), what `take` throws, and the cancellation's.
    S3Head get(const S3Request& request,
               const std::function<void(const S3Head& head, std::string_view bytes)>& take);

    /// Writes an object whole, as `get` reads one. Not tried again but for another region.
    void put(const S3Request& request, const OutgoingFile& file);

    /// The whole of a document, tried again where that may help.
    std::string get_document(const S3Request& request);

    /// Opens a connection and no more.
    S3Contact contact();

    /// With the region that the service named.
    [[nodiscard]] const S3Endpoint& endpoint() const { return endpoint_; }

  private:
    struct Exchange;
    S3Head exchange(const S3Request& request,
                    const std::function<void(const S3Head&, std::string_view)>& take,
                    const OutgoingFile* upload = nullptr);
    template <typename Action>
    auto follow_region(const Action& action);
    void set_connection(const std::string& url);
    void set_request(const S3Request& request);
    [[nodiscard]] std::string hint_of(CURLcode code) const;

    S3Endpoint endpoint_;
    Cancellation& cancellation_;
    net::CurlHandle handle_;
};

/// Waits before another try: longer each time, and as the service asks.
void wait_before_retry(int failures, const S3Failure& failure, Cancellation& cancellation);

/// How many times what failed is tried again.
inline constexpr int s3_retries = 4;

}  // namespace prevision::sources
