#pragma once

#include <memory>

#include "sources/file_writer.hpp"

namespace prevision::sources::s3 {

/// Writes objects, each by one request: of at most 5 GiB, as S3 has it (PutObject).
std::unique_ptr<FileWriter> open_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources::s3
