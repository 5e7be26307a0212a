#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The parts of a zip archive that can be read as it streams (APPNOTE.TXT, sections 4.3.7 and 4.3.9).
namespace prevision::snapshot {

/// The header in front of an entry.
struct ZipEntry {
    std::string name;
    unsigned method = 0;  ///< how it is compressed
    bool encrypted = false;
    bool sizes_follow = false;  ///< checksum and sizes stand behind the data
    std::uint32_t checksum = 0;
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;

    static constexpr unsigned stored = 0;
    static constexpr unsigned deflated = 8;

    /// Whether a person would call it a file of the archive: no folder, and none of the companions that some
    /// systems add.
    [[nodiscard]] bool is_file() const;
};

/// Whether these four bytes begin an entry.
bool begins_zip_entry(std::string_view bytes);

/// How long the header is, as far as these bytes tell: it is whole when there are that many.
std::size_t zip_entry_size(std::string_view bytes);

/// A whole header.
ZipEntry parse_zip_entry(std::string_view bytes);

/// The most that stands behind an entry's data.
constexpr std::size_t zip_descriptor_limit = 24;

/// The checksum and sizes behind an entry's data come in four layouts, and nothing says which: the size of
/// the one that holds these values; nothing when none does.
std::optional<std::size_t> zip_descriptor_size(std::string_view bytes, std::uint32_t checksum,
                                               std::uint64_t compressed_size, std::uint64_t size);

}  // namespace prevision::snapshot
