#pragma once

#include <string>

#include "sources/s3/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::s3 {

/// Reads an object: its beginning first, then, where it is larger and the sink wants more, parallel ranges,
/// given to the sink in order. A request that is cut is resumed where it stopped. All bytes are of the same
/// version of the object: Error integrity when it changes meanwhile.
void read_object(Client& client, const std::string& bucket, const std::string& key, ContentSink& sink,
                 Cancellation& cancellation);

}  // namespace prevision::sources::s3
