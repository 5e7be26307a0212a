#include "sources/s3/writer.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "sources/s3/client.hpp"
#include "sources/s3/listing.hpp"

namespace prevision::sources {

namespace {

constexpr std::uint64_t largest_object = std::uint64_t{5} << 30;

class S3Writer final : public FileWriter {
  public:
    S3Writer(S3Endpoint endpoint, Cancellation& cancellation)
        : client_(std::move(endpoint), cancellation), cancellation_(cancellation) {}

    bool exists(const Location& location) override {
        // Of all keys that begin with it, the key itself comes first.
        bool found = false;
        list_objects(client_, location.bucket, location.path, "", 1, [&](const S3Item& item) {
            found = item.name == location.path;
            return false;
        });
        return found;
    }

    void write(const Location& location, const OutgoingFile& file) override {
        const auto purpose =
            fmt::format("cannot write {} to the bucket '{}'", location.path, location.bucket);
        if (file.size > largest_object) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: it has {}, and S3 takes at most {} at a time", purpose,
                                    format_bytes(file.size), format_bytes(largest_object)));
        }
        for (int failures = 1;; ++failures) {
            try {
                client_.put({.purpose = purpose, .bucket = location.bucket, .key = location.path}, file);
                return;
            } catch (const S3Failure& failure) {
                if (!failure.transient() || !failure.reached() || failures > s3_retries) throw;
                wait_before_retry(failures, failure, cancellation_);
            }
        }
    }

  private:
    S3Client client_;
    Cancellation& cancellation_;
};

}  // namespace

std::unique_ptr<FileWriter> open_s3_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<S3Writer>(s3_endpoint(connection), cancellation);
}

}  // namespace prevision::sources
