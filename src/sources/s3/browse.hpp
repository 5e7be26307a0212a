#pragma once

#include <string>

#include "sources/s3/listing.hpp"
#include "sources/source.hpp"

namespace prevision::sources::s3 {

/// Names what lies in "" (the buckets), "BUCKET" or "BUCKET/PATH", as names below that place; with
/// `recursive` all objects that lie deeper too, however many. Error not_found when there is no such place.
void browse(Client& client, const std::string& path, bool recursive, const EntryObserver& each);

}  // namespace prevision::sources::s3
