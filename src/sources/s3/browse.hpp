#pragma once

#include <string>

#include "sources/s3/listing.hpp"
#include "sources/source.hpp"

namespace prevision::sources::s3 {

/// Lists the buckets (path ""), or the folders and objects of "BUCKET" or "BUCKET/PATH", by their names below that path. With
/// `recursive` it lists all objects at any depth instead. Error not_found when the path does not exist.
void browse(Client& client, const std::string& path, bool recursive, const EntryObserver& each);

}  // namespace prevision::sources::s3
