#include "snapshot/compression/decompressor.hpp"

namespace prevision::snapshot {

std::string_view compression_of(std::string_view beginning) {
    using namespace std::string_view_literals;
    if (beginning.starts_with("\x1f\x8b"sv)) return "gzip";
    // An entry, or the end of an archive without entries.
    if (beginning.starts_with("PK\x03\x04"sv) || beginning.starts_with("PK\x05\x06"sv)) return "zip";
    if (beginning.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd";
    // A skippable frame: some writers begin with one.
    const bool skippable = beginning.size() >= 4 && beginning.substr(1).starts_with("\x2a\x4d\x18"sv) &&
                           (static_cast<unsigned char>(beginning[0]) & 0xf0U) == 0x50U;
    return skippable ? "zstd" : "";
}

std::unique_ptr<Decompressor> make_decompressor(std::string_view compression) {
    if (compression == "gzip") return make_gzip_decompressor();
    if (compression == "zip") return make_zip_decompressor();
    if (compression == "zstd") return make_zstd_decompressor();
    return nullptr;
}

}  // namespace prevision::snapshot
