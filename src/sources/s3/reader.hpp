#pragma once

#include <string>

#include "sources/s3/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// Fetches an object: its beginning alone, then, where it is larger and more is wanted, ranges side by side,
/// given to the sink in order. What is cut is taken up at the byte that was reached. All bytes are of the
/// object as it was at the first one: Error integrity when it changes meanwhile.
void read_s3_object(S3Client& client, const std::string& bucket, const std::string& key, ContentSink& sink,
                    Cancellation& cancellation);

}  // namespace prevision::sources
