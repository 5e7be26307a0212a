// Lines of MLSD and LIST.

#include "core/text.hpp"
#include "fuzz/input.hpp"
#include "sources/files/listing.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
    for (const auto& line : split(fuzz::Input(data, size).rest(), '\n')) {
        for (const auto& entry : {sources::parse_mlsd_line(line), sources::parse_list_line(line, now)}) {
            if (!entry || entry->kind.empty()) continue;
            fuzz::require(!entry->name.empty(), "an entry has a name");
            fuzz::require(line.find(entry->name) != std::string::npos, "a name is a part of its line");
        }
    }
    return 0;
}
