#pragma once

#include <string>

#include "core/file.hpp"

namespace prevision::cli {

/// Opens a file that the user named for input, as a regular file that can be read twice; "-" is stdin. What is no regular file,
/// such as a pipe, is copied to a file without a name first. Error not_found or internal when it cannot be read.
FileDescriptor open_input(const std::string& path);

}  // namespace prevision::cli
