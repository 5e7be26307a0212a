// JSON lines in every encoding.

#include <array>

#include "fuzz/inspection.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array encodings{"", "utf-16le", "utf-16be", "windows-1252", "shift_jis", "gb18030"};
    fuzz::Input input(data, size);
    snapshot::FormatOverrides format;
    const auto cut = input.choice(256);
    const std::string encoding = encodings[input.choice(encodings.size())];
    if (!encoding.empty()) format.encoding = encoding;
    fuzz::check_inspection("a.jsonl", input.rest(), cut, format);
    return 0;
}
