// Delimited files in every encoding and dialect.

#include <array>

#include "fuzz/inspection.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array encodings{"",         "utf-8",        "utf-16le",    "utf-16be",
                                   "utf-32le", "windows-1252", "shift_jis",   "gb18030",
                                   "big5",     "koi8-r",       "iso-2022-jp", "utf-7"};
    constexpr std::array<char, 6> characters{'\0', ',', '"', '\'', '\\', '#'};
    fuzz::Input input(data, size);
    snapshot::FormatOverrides format;
    const auto cut = input.choice(256);
    const std::string encoding = encodings[input.choice(encodings.size())];
    if (!encoding.empty()) format.encoding = encoding;
    const auto character = [&]() -> std::optional<char> {
        const auto choice = input.choice(2 * characters.size());
        return choice < characters.size() ? std::optional(characters[choice]) : std::nullopt;
    };
    if (input.choice(2) == 1) {
        format.separator = character();
        format.quote = character();
        format.escape = character();
        format.comment = character();
    }
    fuzz::check_inspection("a.csv", input.rest(), cut, format);
    return 0;
}
