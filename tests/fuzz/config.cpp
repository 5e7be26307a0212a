// The file of profiles.

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/profiles.hpp"
#include "core/file.hpp"
#include "fuzz/input.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const FileDescriptor file(::memfd_create("config", MFD_CLOEXEC));
    if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
    fuzz::accepts([&] {
        const auto profiles = config::read_profiles(fmt::format("/proc/self/fd/{}", file.get()));
        for (const auto& profile : profiles.all)
            fuzz::require(profiles.find(profile.name) != nullptr, "a profile is found by its name");
    });
    return 0;
}
