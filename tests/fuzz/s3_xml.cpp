// The XML of S3's listings.

#include "fuzz/input.hpp"
#include "sources/s3/listing.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto xml = fuzz::Input(data, size).rest();
    fuzz::accepts([&] { sources::s3::parse_object_page(xml, "cannot list"); });
    fuzz::accepts([&] { sources::s3::parse_buckets(xml, "cannot list"); });
    return 0;
}
