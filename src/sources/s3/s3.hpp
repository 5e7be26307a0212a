#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

/// Amazon S3 and all that speak its protocol. A datasource is an object: a bucket, and a key as its path.
const Engine& s3_engine();

}  // namespace prevision::sources
