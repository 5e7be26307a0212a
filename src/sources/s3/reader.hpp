#pragma once

#include <string>

#include "sources/s3/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::s3 {

/// Reads an object and gives it to the sink in order. The first request fetches the beginning; parallel ones fetch the rest if
/// the sink wants it. A request that is cut off is resumed. Error integrity when the object changes meanwhile.
void read_object(Client& client, const std::string& bucket, const std::string& key, ContentSink& sink,
                 Cancellation& cancellation);

}  // namespace prevision::sources::s3
