#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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

/// Writes a tar archive of several files.
class TarWriter {
  public:
    /// `body` must outlive it.
    explicit TarWriter(ByteSink& body);
    ~TarWriter();
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    /// Adds a file of exactly `size` bytes. `read` as in write_zip.
    void add(const std::string& name, std::uint64_t size,
             const std::function<std::size_t(std::span<char>)>& read);

    /// Writes the end of the archive.
    void finish();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Reads a tar archive: calls `member` with the name of each regular file and a function that fills a buffer with its
/// next bytes, 0 at the end. Error integrity when the archive is damaged or holds anything but regular files; what
/// `member` throws.
void read_tar(const std::filesystem::path& archive,
              const std::function<void(const std::string& name,
                                       const std::function<std::size_t(std::span<char>)>& read)>& member);

}  // namespace prevision::platform
