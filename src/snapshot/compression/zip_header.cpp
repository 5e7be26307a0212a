#include "snapshot/compression/zip_header.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

constexpr auto entry_signature = "PK\x03\x04"sv;
constexpr auto descriptor_signature = "PK\x07\x08"sv;
constexpr std::size_t fixed_size = 30;
constexpr std::uint64_t in_extra_field = 0xffffffff;

/// A little-endian number; bytes that are missing count as zero.
std::uint64_t number(std::string_view bytes, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        const auto at = offset + i - 1;
        value = (value << 8U) | (at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U);
    }
    return value;
}

/// Sizes that do not fit in 32 bits are in the extra field (section 4.5.3).
void read_large_sizes(ZipEntry& entry, std::string_view extra) {
    constexpr std::uint64_t zip64 = 1;
    while (extra.size() >= 4) {
        const auto id = number(extra, 0, 2);
        const auto size = static_cast<std::size_t>(number(extra, 2, 2));
        const auto field = extra.substr(4, size);
        if (id == zip64) {
            std::size_t offset = 0;
            for (auto* value : {&entry.size, &entry.compressed_size}) {
                if (*value != in_extra_field || offset + 8 > field.size()) continue;
                *value = number(field, offset, 8);
                offset += 8;
            }
        }
        extra.remove_prefix(4 + field.size());
    }
}

}  // namespace

bool ZipEntry::is_file() const {
    const auto base = name.substr(name.rfind('/') + 1);
    return !base.empty() && !base.starts_with('.') && !name.starts_with("__MACOSX/");
}

bool begins_zip_entry(std::string_view bytes) { return bytes.starts_with(entry_signature); }

std::size_t zip_entry_size(std::string_view bytes) {
    if (bytes.size() < fixed_size) return fixed_size;
    return fixed_size + static_cast<std::size_t>(number(bytes, 26, 2) + number(bytes, 28, 2));
}

ZipEntry parse_zip_entry(std::string_view bytes) {
    constexpr unsigned encrypted = 1U << 0U;
    constexpr unsigned sizes_follow = 1U << 3U;
    const auto flags = static_cast<unsigned>(number(bytes, 6, 2));
    const auto name_size = static_cast<std::size_t>(number(bytes, 26, 2));
    ZipEntry entry{.name = std::string(bytes.substr(fixed_size, name_size)),
                   .method = static_cast<unsigned>(number(bytes, 8, 2)),
                   .encrypted = (flags & encrypted) != 0,
                   .sizes_follow = (flags & sizes_follow) != 0,
                   .checksum = static_cast<std::uint32_t>(number(bytes, 14, 4)),
                   .compressed_size = number(bytes, 18, 4),
                   .size = number(bytes, 22, 4)};
    read_large_sizes(entry, bytes.substr(fixed_size + name_size));
    return entry;
}

std::optional<std::size_t> zip_descriptor_size(std::string_view bytes, std::uint32_t checksum,
                                               std::uint64_t compressed_size, std::uint64_t size) {
    struct Layout {
        bool signature;
        std::size_t width;  // of each size
    };
    for (const auto& [signature, width] : {Layout{true, 4}, {true, 8}, {false, 4}, {false, 8}}) {
        if (signature && !bytes.starts_with(descriptor_signature)) continue;
        const std::size_t start = signature ? descriptor_signature.size() : 0;
        const auto mask = width == 4 ? std::uint64_t{0xffffffff} : ~std::uint64_t{0};
        if (number(bytes, start, 4) == checksum &&
            number(bytes, start + 4, width) == (compressed_size & mask) &&
            number(bytes, start + 4 + width, width) == (size & mask)) {
            return start + 4 + 2 * width;
        }
    }
    return std::nullopt;
}

}  // namespace prevision::snapshot
