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
    bool sizes_follow = false;  ///< checksum and sizes come after the data
    std::uint32_t checksum = 0;
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;

    static constexpr unsigned stored = 0;
    static constexpr unsigned deflated = 8;

    /// Whether it is a file that a person put there: no folder, and no companion file that some systems add.
    [[nodiscard]] bool is_file() const;
};

/// Whether these four bytes begin an entry.
bool begins_zip_entry(std::string_view bytes);

/// How many bytes the header needs, judged by the ones there are.
std::size_t zip_entry_size(std::string_view bytes);

/// A whole header.
ZipEntry parse_zip_entry(std::string_view bytes);

/// The most bytes that come after an entry's data.
constexpr std::size_t zip_descriptor_limit = 24;

/// The checksum and sizes after an entry's data have one of four layouts, and no field says which one. Returns
/// the size of the one that holds these values; nothing when none does.
std::optional<std::size_t> zip_descriptor_size(std::string_view bytes, std::uint32_t checksum,
                                               std::uint64_t compressed_size, std::uint64_t size);

}  // namespace prevision::snapshot
