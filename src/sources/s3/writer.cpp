#include "sources/s3/writer.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "sources/s3/client.hpp"
#include "sources/s3/listing.hpp"

namespace prevision::sources::s3 {

namespace {

constexpr std::uint64_t largest_object = std::uint64_t{5} << 30;

class ObjectWriter final : public FileWriter {
  public:
    ObjectWriter(Endpoint endpoint, Cancellation& cancellation)
        : client_(std::move(endpoint), cancellation) {}

    bool exists(const Location& location) override {
        // Keys are sorted: of those that begin with it, the key itself comes first.
        bool found = false;
        list_objects(client_, location.bucket, location.path, "", 1, [&](const Item& item) {
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
        client_.put({.purpose = purpose, .bucket = location.bucket, .key = location.path}, file);
    }

  private:
    Client client_;
};

}  // namespace

std::unique_ptr<FileWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<ObjectWriter>(endpoint_of(connection), cancellation);
}

}  // namespace prevision::sources::s3
