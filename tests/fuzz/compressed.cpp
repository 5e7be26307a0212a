// Files in gzip, zip and zstd.

#include "fuzz/inspection.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto cut = input.choice(256);
    fuzz::check_inspection("a.csv", input.rest(), cut, {});
    return 0;
}
