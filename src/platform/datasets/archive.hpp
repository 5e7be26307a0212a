#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"

namespace prevision::platform {

/// Whether a file begins as a zip archive does.
bool is_zip(std::string_view beginning);

/// Writes the one CSV file that a zip archive holds to the sink. Error invalid when the archive is damaged,
/// holds none or several, or unpacks to more than `limit` bytes, or to more than a thousand times its own
/// size.
void read_zip(const std::filesystem::path& archive, std::uint64_t limit, ByteSink& sink);

/// Writes a zip archive that holds one file, of `size` bytes, whose content `read` fills buffers with until
/// it answers 0. Holds no more of it than a buffer.
void write_zip(ByteSink& body, const std::string& file_name, std::uint64_t size,
               const std::function<std::size_t(std::span<char>)>& read);

}  // namespace prevision::platform
