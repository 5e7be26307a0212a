#include "snapshot/inspect/encoding_guess.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include <uchardet/uchardet.h>

#include "core/late_library.hpp"
#include "core/text.hpp"
#include "snapshot/inspect/text_encoding.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view western = "windows-1252";

class Uchardet final : LateLibrary {
  public:
    Uchardet() : LateLibrary("libuchardet.so.0") {}

    decltype(::uchardet_new)* create = find("uchardet_new");
    decltype(::uchardet_delete)* destroy = find("uchardet_delete");
    decltype(::uchardet_handle_data)* handle_data = find("uchardet_handle_data");
    decltype(::uchardet_data_end)* data_end = find("uchardet_data_end");
    decltype(::uchardet_get_charset)* charset = find("uchardet_get_charset");
};

std::string uchardet_name(std::string_view text) {
    static const Uchardet library;
    const std::unique_ptr<uchardet, decltype(library.destroy)> detector(library.create(), library.destroy);
    library.handle_data(detector.get(), text.data(), text.size());
    library.data_end(detector.get());
    return library.charset(detector.get());
}

/// Whether each byte beyond ASCII is a letter or a sign that Western European texts often have, and none
/// stands beside another, as the letters of other scripts do.
bool looks_western(std::string_view text) {
    constexpr auto common =
        "\x80\x85\x91\x92\x93\x94\x96\x97\xa0\xa1\xa3\xa7\xab\xb0\xb2\xb5\xba\xbb\xbf\xc0\xc1\xc2\xc4\xc5\xc6"
        "\xc7\xc8\xc9\xca\xcd\xce\xd1\xd3\xd4\xd6\xd8\xda\xdc\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea"
        "\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4\xf5\xf6\xf8\xf9\xfa\xfb\xfc"sv;
    bool follows_another = false;
    for (const char c : text) {
        const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
        if (beyond_ascii && (follows_another || common.find(c) == std::string_view::npos)) return false;
        follows_another = beyond_ascii;
    }
    return true;
}

}  // namespace

std::optional<std::string> marked_encoding(std::string_view beginning) {
    if (beginning.starts_with("\xef\xbb\xbf"sv)) return "utf-8";
    if (beginning.starts_with("\xff\xfe\0\0"sv)) return "utf-32le";
    if (beginning.starts_with("\0\0\xfe\xff"sv)) return "utf-32be";
    if (beginning.starts_with("\xff\xfe"sv)) return "utf-16le";
    if (beginning.starts_with("\xfe\xff"sv)) return "utf-16be";
    std::array<std::size_t, 2> zeros{};
    const auto looked_at = beginning.substr(0, 4096);
    if (looked_at.size() < 8) return std::nullopt;
    for (std::size_t i = 0; i < looked_at.size(); ++i) zeros[i % 2] += looked_at[i] == '\0' ? 1U : 0U;
    const auto most = looked_at.size() / 2 * 2 / 3;
    if (zeros[0] == 0 && zeros[1] > most) return "utf-16le";
    if (zeros[1] == 0 && zeros[0] > most) return "utf-16be";
    return std::nullopt;
}

std::string likely_encoding(std::string_view text) {
    const auto found = to_lower(uchardet_name(text));
    const auto name = encoding_name(found);
    // What uchardet finds in a few letters is chance. Windows-1252 is ISO 8859-1 with more characters.
    constexpr std::ptrdiff_t few = 8;
    const auto beyond_ascii =
        std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const bool western_name = found == "iso-8859-1" || found == "iso-8859-15";
    if (!name || western_name || (beyond_ascii <= few && looks_western(text))) return std::string(western);
    return *name;
}

}  // namespace prevision::snapshot
