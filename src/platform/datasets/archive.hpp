#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"

namespace prevision::platform {

/// Whether the beginning of a file is that of a zip archive.
bool is_zip(std::string_view beginning);

/// Unpacks the only file of a zip archive, which must be CSV, into the sink. Error invalid when the archive is
/// damaged, does not hold exactly one file, or unpacks to more than `limit` bytes or a thousand times its size.
void read_zip(const std::filesystem::path& archive, std::uint64_t limit, ByteSink& sink);

/// Writes a zip archive with one file of `size` bytes. `read` fills a buffer with its next bytes and returns their
/// number, 0 at the end.
void write_zip(ByteSink& body, const std::string& file_name, std::uint64_t size,
               const std::function<std::size_t(std::span<char>)>& read);

}  // namespace prevision::platform
